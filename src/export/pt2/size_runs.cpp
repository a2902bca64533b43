#include "export/pt2/size_runs.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "base/error.h"
#include "base/first_sentence.h"
#include "base/machine_failure.h"
#include "export/pt2/decomposed_ops.h"
#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

using Run = std::unordered_map<const jit::Value*, SeenValue>;

std::vector<at::Tensor> zeros_for(const ProgramInputs& inputs, const SymbolValues& point) {
  std::vector<at::Tensor> tensors;
  for (const auto& input : inputs.inputs) {
    std::vector<int64_t> sizes;
    for (const auto& size : input.sizes) {
      const auto value = size.evaluate(point);
      if (!value || *value < 0)
        throw Error(ErrorKind::kUnquantizable,
                    {.what = "an input of the program has a size that qtool cannot write",
                     .got = size.text,
                     .expected = "a number, or sums and products of symbols",
                     .fix = "export the program with simpler dynamic_shapes"});
      sizes.push_back(*value);
    }
    tensors.push_back(at::zeros(sizes, input.type));
  }
  return tensors;
}

SeenValue what_is(const c10::IValue& value) {
  if (value.isTensor() && value.toTensor().defined()) {
    const auto& tensor = value.toTensor();
    return {tensor.scalar_type(), tensor.sizes().vec(), tensor.strides().vec()};
  }
  if (value.isTensorList()) return {.count = value.toTensorList().size()};
  return {.other = value};
}

/// Runs nodes one by one; a value is let go of after its last reader.
class StraightRun {
 public:
  StraightRun(const jit::Module& module, const std::vector<at::Tensor>& inputs) : module_(module) {
    const auto graph = module.get_method("forward").graph();
    QTOOL_ASSERT(graph->inputs().size() == inputs.size() + 1);
    for (size_t i = 0; i < inputs.size(); ++i) set(graph->inputs()[i + 1], inputs[i]);
    const at::NoGradGuard no_grad;
    for (auto* node : graph->nodes()) run(node);
  }

  Run seen;

 private:
  void run(jit::Node* node) {
    const auto kind = node->kind();
    const auto name = std::string(kind.toQualString());
    if (kind == c10::prim::Constant) return set(node->output(), *jit::toIValue(node->output()));
    if (kind == c10::prim::GetAttr) return read_attribute(node);
    std::vector<c10::IValue> inputs;
    for (auto* input : node->inputs()) inputs.push_back(values_.at(input));
    if (kind == c10::prim::ListConstruct)
      set(node->output(), list(node, inputs));
    else if (kind == c10::prim::TupleConstruct)
      set(node->output(), c10::ivalue::Tuple::create(inputs));
    else if (kind == c10::prim::DictConstruct)
      set(node->output(), c10::IValue());  // of an output alone
    else if (kind == c10::prim::ListUnpack)
      unpack(node, inputs[0].toListRef());
    else if (name == kQuantize)
      set(node->output(), inputs[0].toTensor().to(at::ScalarType(inputs[5].toInt())));
    else if (name == kDequantize || name == kDequantizeChannels)
      set(node->output(), inputs[0].toTensor().to(at::kFloat));
    else
      compute(node, std::move(inputs));
    for (auto* input : node->inputs())
      if (--readers_.at(input) == 0) values_.erase(input);
  }

  void compute(jit::Node* node, jit::Stack stack) {
    node->getOperation()(stack);
    QTOOL_ASSERT(stack.size() == node->outputs().size());
    for (size_t i = 0; i < stack.size(); ++i) set(node->output(i), stack[i]);
  }

  static c10::IValue list(jit::Node* node, const std::vector<c10::IValue>& items) {
    c10::impl::GenericList list(node->output()->type()->expectRef<c10::ListType>().getElementType());
    for (const auto& item : items) list.push_back(item);
    return list;
  }

  void unpack(jit::Node* node, c10::ArrayRef<c10::IValue> items) {
    if (items.size() != node->outputs().size())
      throw std::runtime_error("a list of another length than expected");
    for (size_t i = 0; i < items.size(); ++i) set(node->output(i), items[i]);
  }

  /// Chains of GetAttr lead to tensors; the modules on the way are not values of their own.
  void read_attribute(jit::Node* node) {
    const auto path = attribute_path(node->output());
    const auto value = path ? find_attribute(module_, *path) : std::nullopt;
    if (value && !value->isModule()) set(node->output(), *value);
  }

  void set(const jit::Value* value, const c10::IValue& is) {
    seen[value] = what_is(is);
    if (value->uses().empty()) return;
    values_[value] = is;
    readers_[value] = value->uses().size();
  }

  const jit::Module& module_;
  std::unordered_map<const jit::Value*, c10::IValue> values_;
  std::unordered_map<const jit::Value*, size_t> readers_;
};

/// Where to look besides the hint: two values each, so that a straight line can be told from a curve.
std::vector<std::vector<int64_t>> values_to_try(const ProgramSymbol& symbol) {
  std::vector<std::vector<int64_t>> tries;
  const int64_t hint = symbol.hint;
  for (const auto& pair : {std::vector{hint + 1, hint + 2}, std::vector{hint - 1, hint - 2},
                           std::vector{hint * 2, hint * 3}, std::vector{hint + 8, hint + 16}})
    if (std::all_of(pair.begin(), pair.end(),
                    [&](int64_t value) { return value >= symbol.least && value <= symbol.most; }))
      tries.push_back(pair);
  return tries;
}

}  // namespace

SizeRuns::SizeRuns(const jit::Module& module, const ProgramInputs& inputs) : known_(inputs.known) {
  SymbolValues hints;
  for (const auto& symbol : inputs.symbols) hints[symbol.expression.symbol] = symbol.hint;
  points_.push_back(hints);
  try {
    runs_.push_back(StraightRun(module, zeros_for(inputs, hints)).seen);
  } catch (const std::exception& error) {
    rethrow_if_not_to_blame(error);
    if (dynamic_cast<const Error*>(&error)) throw;
    throw Error(ErrorKind::kUnquantizable, {.what = "the sizes inside the model cannot be found out",
                                            .got = first_sentence(error.what()),
                                            .expected = "a forward() that takes zeros",
                                            .fix = "leave this target out of --target"});
  }
  add_runs(module, inputs);
}

void SizeRuns::add_runs(const jit::Module& module, const ProgramInputs& inputs) {
  for (const auto& symbol : inputs.symbols) {
    for (const auto& pair : values_to_try(symbol)) {
      std::vector<Run> runs;
      std::vector<SymbolValues> points;
      try {
        for (const int64_t value : pair) {
          points.push_back(points_[0]);
          points.back()[symbol.expression.symbol] = value;
          runs.push_back(StraightRun(module, zeros_for(inputs, points.back())).seen);
        }
      } catch (const std::exception& error) {
        rethrow_if_not_to_blame(error);
        continue;
      }
      std::move(runs.begin(), runs.end(), std::back_inserter(runs_));
      points_.insert(points_.end(), points.begin(), points.end());
      symbols_.push_back(symbol.expression);
      break;
    }
  }
}

std::optional<c10::IValue> SizeRuns::constant(const jit::Value* value) const {
  const auto& first = seen(value);
  if (is_tensor(value) || !first.sizes.empty() || first.count > 0) return std::nullopt;
  for (const auto& run : runs_)
    if (!(run.at(value).other == first.other)) return std::nullopt;
  return first.other;
}

namespace {

template <class Get>
SizeRuns::Numbers in_all(const std::vector<Run>& runs, const jit::Value* value, Get get) {
  SizeRuns::Numbers numbers;
  for (const auto& run : runs) numbers.push_back(get(run.at(value)));
  return numbers;
}

}  // namespace

SizeRuns::Numbers SizeRuns::size(const jit::Value* value, size_t axis) const {
  return in_all(runs_, value, [&](const SeenValue& seen) { return seen.sizes.at(axis); });
}

SizeRuns::Numbers SizeRuns::stride(const jit::Value* value, size_t axis) const {
  return in_all(runs_, value, [&](const SeenValue& seen) { return seen.strides.at(axis); });
}

SizeRuns::Numbers SizeRuns::number(const jit::Value* value) const {
  return in_all(runs_, value, [&](const SeenValue& seen) { return seen.other.toInt(); });
}

SizeRuns::Numbers SizeRuns::element(const jit::Value* list, size_t index) const {
  return in_all(runs_, list, [&](const SeenValue& seen) { return seen.other.toListRef().at(index).toInt(); });
}

std::optional<SizeExpression> SizeRuns::expression(const Numbers& numbers) const {
  if (std::all_of(numbers.begin(), numbers.end(), [&](int64_t number) { return number == numbers[0]; }))
    return parse_size_expression("Integer(" + std::to_string(numbers[0]) + ")");
  const auto fits = [&](const SizeExpression& expression) {
    for (size_t i = 0; i < numbers.size(); ++i)
      if (expression.evaluate(points_[i]) != numbers[i]) return false;
    return true;
  };
  for (const auto& known : known_)
    if (fits(known)) return known;
  const auto line = linear(numbers);
  return line && fits(*line) ? line : std::nullopt;
}

/// By the first symbol that it changes with.
std::optional<SizeExpression> SizeRuns::linear(const Numbers& numbers) const {
  for (size_t i = 0; i < symbols_.size(); ++i) {
    const auto& name = symbols_[i].symbol;
    const size_t other = 1 + 2 * i;
    const int64_t step = points_[other].at(name) - points_[0].at(name), change = numbers[other] - numbers[0];
    if (change == 0) continue;
    if (change % step != 0) return std::nullopt;
    const int64_t factor = change / step;
    return linear_in(symbols_[i], factor, numbers[0] - factor * points_[0].at(name));
  }
  return std::nullopt;
}

}  // namespace qtool
