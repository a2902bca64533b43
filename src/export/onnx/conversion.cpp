#include "export/onnx/conversion.h"

#include <ATen/ops/scalar_tensor.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <algorithm>

#include "base/error.h"
#include "base/machine_failure.h"
#include "export/onnx/emitter.h"
#include "export/onnx/grids.h"
#include "export/onnx/operators.h"
#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"

namespace qtool::onnx {
namespace {

namespace jit = torch::jit;

Converted constant(c10::IValue value) { return {.constant = std::move(value)}; }

bool is_constant(const Converted& converted) { return converted.constant.has_value(); }

/// The operators of LibTorch's that say the same of any tensor that runs on a CPU.
bool knows_type(jit::Node* node, const Conversion& conversion, Converted& made) {
  const auto kind = node->kind();
  if (kind == c10::prim::device) return made = constant(c10::Device(c10::kCPU)), true;
  const auto* seen = node->inputs().empty() ? nullptr : conversion.seen(node->input(0));
  if (!seen) return false;
  if (kind == c10::prim::dtype) return made = constant(static_cast<int64_t>(seen->type)), true;
  if (kind == c10::aten::dim) return made = constant(static_cast<int64_t>(seen->sizes.size())), true;
  if (kind == c10::aten::is_floating_point) return made = constant(at::isFloatingType(seen->type)), true;
  if (kind == c10::Symbol::prim("requires_grad") || kind == c10::Symbol::prim("is_cuda"))
    return made = constant(false), true;
  return false;
}
}  // namespace

std::vector<Converted> elements_of(const Converted& list) {
  if (!is_constant(list)) return list.elements;
  std::vector<Converted> elements;
  if (list.constant->isTuple())
    for (const auto& element : list.constant->toTupleRef().elements()) elements.push_back(constant(element));
  else if (list.constant->isList())
    for (const c10::IValue& element : list.constant->toListRef()) elements.push_back(constant(element));
  return elements;
}

c10::Symbol on_grid() { return c10::Symbol::fromQualString("qtool::on_grid"); }

std::vector<std::string> tensor_names(jit::Block* block) {
  std::vector<std::string> names;
  for (auto* node : all_nodes_of(block)) {
    if (node->kind() == c10::prim::GetAttr || node->kind() == c10::prim::Constant) continue;
    for (auto* output : node->outputs())
      if (is_tensor(output)) names.push_back(output->debugName());
  }
  return names;
}

Conversion::Conversion(const jit::Module& module, const SeenTensors& seen, Builder& builder,
                       const Grids* grids)
    : builder_(builder), grids_(grids), module_(module), seen_(seen) {}

void Conversion::run(jit::Graph& graph) { run(graph.block()); }

void Conversion::run(jit::Block* block) {
  for (auto* node : nodes_of(block)) convert(node);
}

Converted Conversion::of(jit::Value* value) const {
  if (const auto known = values_.find(value); known != values_.end()) return known->second;
  if (const auto path = attribute_path(value))
    if (const auto attribute = find_attribute(module_, *path)) return constant(*attribute);
  if (const auto literal = jit::toIValue(value)) return constant(*literal);
  throw Error(ErrorKind::kUnquantizable,
              {.what = "ONNX cannot hold a value of the model",
               .where = value->debugName(),
               .got = value->type()->str() + " of " + value->node()->kind().toQualString(),
               .expected = "a tensor, a number or a list of them",
               .fix = "choose another target"});
}

void Conversion::set(jit::Value* value, Converted converted) {
  if (const auto* known = seen(value); known && !converted.name.empty()) seen_as_[converted.name] = *known;
  values_[value] = std::move(converted);
}

const SeenTensor* Conversion::seen_as(const std::string& name) const {
  const auto known = seen_as_.find(name);
  return known == seen_as_.end() ? nullptr : &known->second;
}

const SeenTensor* Conversion::seen(const jit::Value* value) const {
  const auto known = seen_.find(value->debugName());
  if (known != seen_.end()) return &known->second;
  // A tensor that was put on a grid is what it was.
  return value->node()->kind() == on_grid() ? seen(value->node()->input(0)) : nullptr;
}

std::string Conversion::tensor(const Converted& converted, const std::string& hint) {
  if (!is_constant(converted)) return converted.name;
  const auto& value = *converted.constant;
  if (value.isTensor()) return builder_.constant(value.toTensor(), hint);
  if (!value.isScalar()) return "";
  const auto type = value.isDouble() ? at::kFloat : value.isBool() ? at::kBool : at::kLong;
  return builder_.constant(at::scalar_tensor(value.toScalar(), type), "constant");
}

bool Conversion::move_dicts(jit::Node* node) {
  const auto kind = node->kind();
  if (kind == c10::aten::dict && node->inputs().empty()) {
    set(node->output(), {.is_list = true});
  } else if (kind == c10::prim::DictConstruct) {
    Converted dict{.is_list = true};
    for (size_t i = 0; i + 1 < node->inputs().size(); i += 2) {
      dict.keys.push_back(of(node->input(i)).constant.value().toStringRef());
      dict.elements.push_back(of(node->input(i + 1)));
    }
    set(node->output(), std::move(dict));
  } else if (kind == c10::aten::_set_item && node->input(0)->type()->kind() == c10::TypeKind::DictType) {
    auto dict = of(node->input(0));
    dict.keys.push_back(of(node->input(1)).constant.value().toStringRef());
    dict.elements.push_back(of(node->input(2)));
    set(node->input(0), std::move(dict));
  } else if (kind == c10::aten::__getitem__ && node->input(0)->type()->kind() == c10::TypeKind::DictType) {
    const auto dict = of(node->input(0));
    const auto key =
        std::find(dict.keys.begin(), dict.keys.end(), of(node->input(1)).constant.value().toStringRef());
    set(node->output(), dict.elements.at(size_t(key - dict.keys.begin())));
  } else {
    return false;
  }
  return true;
}

bool Conversion::move_lists(jit::Node* node) {
  const auto kind = node->kind();
  if (kind == c10::prim::ListConstruct || kind == c10::prim::TupleConstruct) {
    Converted list{.is_list = true};
    for (auto* element : node->inputs()) list.elements.push_back(of(element));
    set(node->output(), std::move(list));
  } else if (kind == c10::prim::ListUnpack || kind == c10::prim::TupleUnpack) {
    const auto elements = elements_of(of(node->input()));
    for (size_t i = 0; i < node->outputs().size() && i < elements.size(); ++i)
      set(node->output(i), elements[i]);
  } else if (kind == c10::aten::__getitem__ && of(node->input(0)).is_list &&
             is_constant(of(node->input(1)))) {
    const auto elements = elements_of(of(node->input(0)));
    const auto index = of(node->input(1)).constant->toInt();
    set(node->output(), elements.at(size_t(index < 0 ? index + int64_t(elements.size()) : index)));
  } else if (kind == c10::aten::len && of(node->input(0)).is_list) {
    set(node->output(), constant(int64_t(of(node->input(0)).elements.size())));
  } else {
    return false;
  }
  return true;
}

bool Conversion::fold(jit::Node* node) {
  if (Converted made; knows_type(node, *this, made)) return set(node->output(), made), true;
  if (!node->blocks().empty() || !node->maybeSchema() || node->schema().is_mutable() ||
      node->isNondeterministic())
    return false;
  jit::Stack stack;
  for (auto* input : node->inputs()) {
    const auto known = of(input);
    if (!is_constant(known)) return false;
    stack.push_back(*known.constant);
  }
  node->getOperation()(stack);
  for (size_t i = 0; i < node->outputs().size(); ++i) set(node->output(i), constant(stack.at(i)));
  return true;
}

void Conversion::decide(jit::Node* node) {
  const auto condition = of(node->input());
  if (!is_constant(condition))
    Emitter(*this, node).refuse("what decides it is known only when the model runs");
  auto* chosen = node->blocks()[condition.constant->toBool() ? 0 : 1];
  run(chosen);
  for (size_t i = 0; i < node->outputs().size(); ++i) set(node->output(i), of(chosen->outputs()[i]));
}

void Conversion::convert(jit::Node* node) {
  const auto kind = node->kind();
  if (kind == c10::prim::GetAttr || kind == c10::prim::Constant) return;
  Emitter emitter(*this, node);
  if (kind == on_grid()) return grids_->emit(emitter);
  if (kind == c10::prim::If) return decide(node);
  if (kind == c10::aten::warn || move_dicts(node) || move_lists(node) || fold(node)) return;
  const auto* row = find_row(kind.toQualString());
  if (!row) emitter.refuse("there is no ONNX form of it here");
  if (const auto why = row->objection ? row->objection(node) : ""; !why.empty()) emitter.refuse(why);
  row->emit(emitter);
}

}  // namespace qtool::onnx
