#include "graph/border_types.h"

#include <torch/csrc/jit/api/module.h>

#include <memory>

#include "base/error.h"
#include "graph/ir/attributes.h"
#include "graph/ir/float_types.h"
#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

/// At the insert point.
jit::Value* insert_cast(jit::Graph& graph, jit::Value* value, at::ScalarType type) {
  return graph.insert(c10::aten::to, {value, static_cast<int64_t>(type), false, false});
}

void cast_inputs(jit::Graph& graph, const std::vector<at::ScalarType>& types) {
  const jit::WithInsertPoint here(*graph.nodes().begin());
  for (size_t i = 0; i < types.size() && i + 1 < graph.inputs().size(); ++i) {
    if (!is_other_float(types[i])) continue;
    auto* given = graph.inputs()[i + 1];
    const auto name = given->debugName();
    auto* inside = insert_cast(graph, given, computing_type(types[i]));
    given->replaceAllUsesAfterNodeWith(inside->node(), inside);
    inside->setDebugName(name);  // plans know it by that; the input becomes `x.1`, whose base is `x`
  }
}

/// Goes over what forward() returns, in the order in which its tensors come out.
class OutputCasts {
 public:
  OutputCasts(jit::Graph& graph, const std::vector<at::ScalarType>& types) : graph_(graph), types_(types) {}

  void run() { cast_reads(graph_.return_node(), 0, 1); }

 private:
  /// What `reader` reads from its input `first` on, each `step`th.
  void cast_reads(jit::Node* reader, size_t first, size_t step) {
    for (size_t i = first; i < reader->inputs().size(); i += step) cast(reader, i);
  }

  void cast(jit::Node* reader, size_t place) {
    auto* value = reader->input(place);
    auto* maker = value->node();
    if (is_tensor(value)) return cast_tensor(reader, place);
    if (maker->kind() == c10::prim::TupleConstruct || maker->kind() == c10::prim::ListConstruct)
      return cast_reads(maker, 0, 1);
    if (maker->kind() == c10::prim::DictConstruct) return cast_reads(maker, 1, 2);
    if (!value->type()->containedTypes().empty()) refuse(maker);
  }

  void cast_tensor(jit::Node* reader, size_t place) {
    if (next_ >= types_.size()) return;
    const auto type = types_[next_++];
    if (!is_other_float(type)) return;
    const jit::WithInsertPoint here(reader);
    reader->replaceInput(place, insert_cast(graph_, reader->input(place), type));
  }

  [[noreturn]] static void refuse(const jit::Node* maker) {
    throw Error(ErrorKind::kUnquantizable,
                {.what = "what the model returns cannot be cast to the types that it has in the file",
                 .where = source_of(maker),
                 .got = std::string("a collection made by ") + maker->kind().toQualString(),
                 .expected = "tensors, and tuples, lists and dicts that are written out",
                 .fix = "return the tensors one by one, or save the model as float32: model.float()"});
  }

  jit::Graph& graph_;
  const std::vector<at::ScalarType>& types_;
  size_t next_ = 0;
};

}  // namespace

Model with_border_types(const Model& model, const BorderTypes& types) {
  auto module = rebuild(model.module(), "Model");
  const auto graph = module.get_method("forward").graph();
  cast_inputs(*graph, types.inputs);
  OutputCasts(*graph, types.outputs).run();
  return Model(rebuild(module, "Model"), model.notes()).made_of(model);
}

}  // namespace qtool
