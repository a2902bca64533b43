#pragma once
/// What the tests of passes share, so that few files include TorchScript's headers, which are slow to compile.
#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "graph/builder.h"
#include "graph/model.h"

namespace torch::jit {
struct Graph;
}

namespace qtool {

/// Of forward().
[[nodiscard]] std::shared_ptr<torch::jit::Graph> graph_of(const Model& model);
/// The graph of forward(), without places in the source.
[[nodiscard]] std::string text_of(const Model& model);
/// Throws where the graph is broken.
void lint(const Model& model);
/// forward() as one graph, with its constants computed: what the passes between those of canonicalise() work on.
[[nodiscard]] Model inlined(const Model& model);
/// As torch.jit.freeze has it: all tensors are constants of the graph.
[[nodiscard]] Model frozen(const Model& model);
/// forward() is a graph given as text, whose last inputs become these attributes.
[[nodiscard]] Model from_ir(const std::string& ir, const std::vector<NamedTensor>& attributes);

/// Names of the operators, in order.
[[nodiscard]] std::vector<std::string> operator_names(const Model& model);
/// A path that no other process takes.
[[nodiscard]] std::string temporary_path(const std::string& name);

/// float32 values between -1 and 1 that differ from each other; `start` gives others.
[[nodiscard]] at::Tensor numbers(at::IntArrayRef shape, int64_t start = 0);

/// Largest difference of the outputs of two models.
[[nodiscard]] double difference(Model& a, Model& b, const std::vector<at::Tensor>& inputs);

/// A module without tensors that returns this expression of x.
[[nodiscard]] ModuleBuilder leaf(const std::string& type_name, const std::string& expression);
/// [out, in / groups, 3, 3] with padding 1; `expression` takes x, self.weight and self.bias.
[[nodiscard]] ModuleBuilder layer(const std::string& type_name, const at::Tensor& weight,
                                  const std::string& expression);
/// BatchNorm2d of so many channels.
[[nodiscard]] ModuleBuilder batch_norm(int64_t channels);

inline constexpr const char* kScriptedConv =
    "torch.conv2d(x, self.weight, self.bias, [1, 1], [1, 1], [1, 1], 1)";
inline constexpr const char* kTracedConv =
    "torch._convolution(x, self.weight, self.bias, [1, 1], [1, 1], [1, 1], False, [0, 0], 1, False, False, "
    "True, True)";

}  // namespace qtool
