#pragma once
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "export/onnx/builder.h"

namespace qtool::onnx {

/// What a value of the graph has become in ONNX.
struct Converted {
  /// Known when the file is written: a weight, a setting, what only those make.
  std::optional<c10::IValue> constant = {};
  std::string name = {};                 ///< of the ONNX value, where it is known only when the model runs
  std::vector<Converted> elements = {};  ///< of a list that is not constant
  std::vector<std::string> keys = {};    ///< of the elements, where the list is a dict
  bool is_list = false;
  /// A whole number that the model computes, from a size: ONNX has it as a tensor of one dimension and one element.
  bool is_number = false;
  /// Index of the plan's site whose grid the value has.
  std::optional<size_t> site = {};
};

/// Shape and element type of a value when the model ran on an example.
struct SeenTensor {
  std::vector<int64_t> sizes;
  at::ScalarType type = at::kFloat;
};
using SeenTensors = std::map<std::string, SeenTensor>;  ///< by the names of the canonical graph

class Grids;

/// Translates a graph, node by node: what only constants feed is computed, ifs that constants decide are decided, all
/// else is emitted by the table of operators (operators.h).
class Conversion {
 public:
  /// `seen` may be empty: then what needs a shape refuses. `grids` is null for a float graph.
  Conversion(const torch::jit::Module& module, const SeenTensors& seen, Builder& builder, const Grids* grids);

  /// Of the whole forward(); throws Error(kUnquantizable) by operator and source line for one that ONNX cannot hold.
  void run(torch::jit::Graph& graph);
  /// What `value` has become.
  [[nodiscard]] Converted of(torch::jit::Value* value) const;
  void set(torch::jit::Value* value, Converted converted);
  [[nodiscard]] const SeenTensor* seen(const torch::jit::Value* value) const;
  /// The same of an ONNX value that stands for one of the graph; null where it is not known.
  [[nodiscard]] const SeenTensor* seen_as(const std::string& name) const;
  /// The ONNX value of a tensor; constants become initializers.
  [[nodiscard]] std::string tensor(const Converted& converted, const std::string& hint);

  [[nodiscard]] Builder& builder() const { return builder_; }
  [[nodiscard]] const Grids* grids() const { return grids_; }

 private:
  void run(torch::jit::Block* block);
  void convert(torch::jit::Node* node);
  void decide(torch::jit::Node* node);
  [[nodiscard]] bool fold(torch::jit::Node* node);
  [[nodiscard]] bool move_dicts(torch::jit::Node* node);
  [[nodiscard]] bool move_lists(torch::jit::Node* node);

  Builder& builder_;
  const Grids* grids_;
  const torch::jit::Module& module_;
  const SeenTensors& seen_;
  std::map<const torch::jit::Value*, Converted> values_;
  std::map<std::string, SeenTensor> seen_as_;
};

/// The elements of a list or tuple, constant or not, each on its own.
[[nodiscard]] std::vector<Converted> elements_of(const Converted& list);

/// Kind of the nodes that put a tensor on a site's grid (grids.h).
[[nodiscard]] c10::Symbol on_grid();

/// Names of all tensors that the graph computes.
[[nodiscard]] std::vector<std::string> tensor_names(torch::jit::Block* block);

}  // namespace qtool::onnx
