#include "graph/passes/lists_of_tensors.h"

#include <functional>
#include <string>

#include "graph/ir/emit_before.h"
#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

class Before : public EmitBefore {
 public:
  using EmitBefore::EmitBefore;

  jit::Value* slice(jit::Value* x, jit::Value* dim, jit::Value* from, jit::Value* to) {
    return insert("aten::slice", {x, dim, from, to, int64_t{1}});
  }
};

/// The node that takes the only list that `node` makes apart; null where something else reads it.
jit::Node* unpacking_of(const jit::Node* node) {
  if (node->outputs().size() != 1 || node->output()->uses().size() != 1) return nullptr;
  auto* user = node->output()->uses()[0].user;
  return user->kind() == c10::prim::ListUnpack ? user : nullptr;
}

/// Makes piece number `i` of the list.
using MakePiece = std::function<jit::Value*(Before&, int64_t i)>;

/// `step` times `count`, as folding constants would leave it.
jit::Value* times(Before& here, jit::Value* step, int64_t count) {
  if (const auto known = jit::toIValue(step)) return here.number(known->toInt() * count);
  if (count < 2) return count == 0 ? here.number(0) : step;
  return here.insert("aten::mul", {step, count});
}

/// Pieces of `step` values along an axis; the last one may be shorter, as slice() ends where the tensor does.
MakePiece equal_pieces(const jit::Node* node, jit::Value* step) {
  return [x = node->input(0), dim = argument(node, "dim"), step](Before& here, int64_t i) {
    return here.slice(x, dim, times(here, step, i), times(here, step, i + 1));
  };
}

/// torch.chunk() makes pieces of ceil(size / chunks).
jit::Value* size_of_chunk(jit::Node* node, int64_t chunks) {
  Before here(node);
  auto* size = here.insert("aten::size", {node->input(0), argument(node, "dim")});
  return here.insert("aten::floordiv", {here.insert("aten::add", {size, chunks - 1}), chunks});
}

/// Nothing where the pieces are not known, or not as many as are taken.
MakePiece pieces_of(jit::Node* node, size_t taken) {
  const auto kind = short_kind(node);
  if (kind == "chunk") {
    const auto chunks = constant_argument(node, "chunks");
    return chunks.isInt() ? equal_pieces(node, size_of_chunk(node, chunks.toInt())) : MakePiece();
  }
  if (kind == "unbind")
    return [node](Before& here, int64_t i) {
      return here.insert("aten::select", {node->input(0), argument(node, "dim"), i});
    };
  auto* sizes = node->input(1);
  if (sizes->type()->kind() == c10::TypeKind::IntType) return equal_pieces(node, sizes);
  const auto known = jit::toIValue(sizes);
  if (!known || !known->isIntList() || known->toIntVector().size() != taken) return {};
  return [node, lengths = known->toIntVector()](Before& here, int64_t i) {
    int64_t from = 0;
    for (int64_t k = 0; k < i; ++k) from += lengths[size_t(k)];
    return here.slice(node->input(0), argument(node, "dim"), here.number(from),
                      here.number(from + lengths[size_t(i)]));
  };
}

}  // namespace

void take_list_apart(jit::Node* node) {
  auto* unpacking = unpacking_of(node);
  if (!unpacking) return;
  const auto piece = pieces_of(node, unpacking->outputs().size());
  if (!piece) return;
  Before here(node);
  for (size_t i = 0; i < unpacking->outputs().size(); ++i) {
    auto* value = piece(here, int64_t(i));
    value->node()->copyMetadata(unpacking);
    unpacking->output(i)->replaceAllUsesWith(value);
  }
}

void stack_by_cat(jit::Node* node) {
  auto* list = node->input(0)->node();
  if (list->kind() != c10::prim::ListConstruct) return;
  Before here(node);
  std::vector<jit::Value*> elements;
  for (auto* element : list->inputs())
    elements.push_back(here.insert("aten::unsqueeze", {element, argument(node, "dim")}));
  auto& graph = *node->owningGraph();
  auto* unsqueezed = graph.insertNode(graph.createList(c10::TensorType::get(), elements))->output();
  node->output()->replaceAllUsesWith(here.insert("aten::cat", {unsqueezed, argument(node, "dim")}));
}

void narrow_by_slice(jit::Node* node) {
  if (node->input(2)->type()->kind() != c10::TypeKind::IntType) return;
  Before here(node);
  const auto from = jit::toIValue(node->input(2)), length = jit::toIValue(node->input(3));
  auto* to = from && length ? here.number(from->toInt() + length->toInt())
                            : here.insert("aten::add", {node->input(2), node->input(3)});
  node->output()->replaceAllUsesWith(here.slice(node->input(0), node->input(1), node->input(2), to));
}

}  // namespace qtool
