#include "export/onnx/write_onnx.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <algorithm>

#include "base/error.h"
#include "export/onnx/conversion.h"
#include "graph/ir/attributes.h"
#include "graph/probe.h"

namespace qtool::onnx {
namespace {

namespace jit = torch::jit;

/// Neither OpenVINO nor TensorRT takes double: such an input is float32 in the file.
std::vector<at::Tensor> without_double(std::vector<at::Tensor> example) {
  for (auto& input : example)
    if (input.scalar_type() == at::kDouble) input = input.to(at::kFloat);
  return example;
}

SeenTensors run_example(const qtool::Model& model, jit::Graph& graph,
                        const std::vector<at::Tensor>& example) {
  SeenTensors seen;
  const auto names = tensor_names(graph.block());
  Probe probe(model, names);
  (void)probe.run(example, [&](size_t index, const at::Tensor& value) {
    seen[names[index]] = {value.sizes().vec(), value.scalar_type()};
  });
  for (size_t i = 0; i < example.size(); ++i)
    seen[graph.inputs().at(i + 1)->debugName()] = {example[i].sizes().vec(), example[i].scalar_type()};
  return seen;
}

std::vector<Dimension> dimensions_of(const std::vector<int64_t>& sizes) {
  return {sizes.begin(), sizes.end()};
}

void free_batch(Model& file) {
  for (auto* values : {&file.inputs, &file.outputs})
    for (auto& value : *values)
      if (!value.shape.empty()) value.shape[0] = std::string("batch");
}

/// Called as the model's arguments are.
void add_inputs(Conversion& conversion, jit::Graph& graph, const std::vector<std::string>& names,
                const SeenTensors& seen) {
  for (size_t i = 1; i < graph.inputs().size(); ++i) {
    auto* input = graph.inputs()[i];
    const auto& known = seen.at(input->debugName());
    const auto name = conversion.builder().unique(names.at(i - 1));
    conversion.builder().model().inputs.push_back({name, known.type, dimensions_of(known.sizes)});
    conversion.set(input, {.name = name});
  }
}

/// Tensors of nested lists, each with a name: `output`, `output_0`, or its key in a dict.
void collect(const Converted& value, const std::string& name,
             std::vector<std::pair<std::string, Converted>>& outputs) {
  if (!value.is_list) return outputs.emplace_back(name, value), void();
  for (size_t i = 0; i < value.elements.size(); ++i)
    collect(value.elements[i], i < value.keys.size() ? value.keys[i] : name + "_" + std::to_string(i),
            outputs);
}

void add_outputs(Conversion& conversion, jit::Graph& graph) {
  std::vector<std::pair<std::string, Converted>> outputs;
  for (auto* output : graph.outputs()) collect(conversion.of(output), "output", outputs);
  auto& builder = conversion.builder();
  for (const auto& [wanted, value] : outputs) {
    const auto made = conversion.tensor(value, wanted);
    ValueInfo info{builder.add("Identity", {made}, wanted)};
    if (const auto* seen = conversion.seen_as(made))
      info.type = seen->type, info.shape = dimensions_of(seen->sizes);
    else
      info.has_shape = false;
    builder.model().outputs.push_back(std::move(info));
  }
}

/// Of the shapes of `example` alone.
Model convert_as_run(const qtool::Model& model, const std::vector<at::Tensor>& example, const Grids* grids) {
  const auto module = rebuild(model.module(), "Onnx");
  const auto graph = module.get_method("forward").graph();
  const auto seen = run_example(model, *graph, without_double(example));
  if (grids) grids->insert(graph);
  Builder builder;
  builder.model().name = "qtool";
  Conversion conversion(module, seen, builder, grids);
  add_inputs(conversion, *graph, model.input_names(), seen);
  conversion.run(*graph);
  add_outputs(conversion, *graph);
  return builder.model();
}

bool holds_same(const Model& a, const Model& b) {
  return a.nodes == b.nodes &&
         std::equal(a.initializers.begin(), a.initializers.end(), b.initializers.begin(),
                    b.initializers.end(), [](const auto& one, const auto& other) {
                      return one.name == other.name && one.is_int4 == other.is_int4 &&
                             one.values.scalar_type() == other.values.scalar_type() &&
                             one.values.equal(other.values);
                    });
}

/// The float file at each of these lengths; nothing where the model does not run there, or the file holds something
/// else, and so is right at one length alone.
std::vector<Model> same_at_lengths(const qtool::Model& model, const std::vector<at::Tensor>& example,
                                   const FreeLength& length, const std::vector<int64_t>& lengths) {
  std::vector<Model> made;
  try {
    for (const auto steps : lengths) {
      made.push_back(convert_as_run(model, at_length(length, steps, example), nullptr));
      if (!holds_same(made.front(), made.back())) return {};
    }
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kMachine) throw;
    return {};
  }
  return made;
}

}  // namespace

Model convert(const qtool::Model& model, const std::vector<at::Tensor>& example, const Grids* grids,
              const std::vector<FreeLength>& lengths) {
  if (example.empty() && model.input_count() > 0)
    throw Error(ErrorKind::kUsage, {.what = "an ONNX file needs the shapes of the model's inputs",
                                    .got = "no data",
                                    .expected = "a sample to run the model on once",
                                    .fix = "give --data"});
  auto file = convert_as_run(model, example, grids);
  free_batch(file);
  for (const auto& length : lengths) {
    const auto tried = lengths_to_try(length, example);
    const auto made = same_at_lengths(model, example, length, tried);
    if (!made.empty()) name_length(length, tried, made, file);
  }
  return file;
}

}  // namespace qtool::onnx
