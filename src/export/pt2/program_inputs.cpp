#include "export/pt2/program_inputs.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "graph/read/pt2_tensors.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void refuse_size(const std::string& input, const std::string& text) {
  throw Error(ErrorKind::kUnquantizable,
              {.what = "an input of the program has a size that qtool cannot write",
               .where = input,
               .got = text,
               .expected = "a number, or sums and products of symbols",
               .fix = "export the program with simpler dynamic_shapes"});
}

SizeExpression fixed(int64_t size) { return *parse_size_expression("Integer(" + std::to_string(size) + ")"); }

SizeExpression size_of(const Json& size, const std::string& input) {
  if (size.contains("as_int")) return fixed(size.at("as_int").get<int64_t>());
  const auto text = size.at("as_expr").at("expr_str").get<std::string>();
  const auto expression = parse_size_expression(text);
  if (!expression) refuse_size(input, text);
  return *expression;
}

ProgramInput input_of(const Json& tensor, const std::string& name) {
  ProgramInput input{pt2_scalar_type(tensor.at("dtype").get<int64_t>()), {}};
  for (const Json& size : tensor.at("sizes")) input.sizes.push_back(size_of(size, name));
  return input;
}

/// Collects what stands in `as_expr`: expressions, and hints of lone symbols.
class Expressions {
 public:
  void add(const Json& size) {
    if (!size.is_object() || !size.contains("as_expr")) return;
    const Json& value = size.at("as_expr");
    const auto expression = parse_size_expression(value.at("expr_str").get<std::string>());
    if (!expression || !texts_.insert(expression->text).second) return;
    known.push_back(*expression);
    const auto hint = value.find("hint");
    if (expression->function == "Symbol" && hint != value.end() && hint->is_object() &&
        hint->contains("as_int"))
      hints[expression->symbol] = hint->at("as_int").get<int64_t>();
  }

  std::vector<SizeExpression> known;
  SymbolValues hints;

 private:
  std::set<std::string> texts_;
};

ProgramSymbol symbol_of(const SizeExpression& expression, const Json& ranges, const SymbolValues& hints) {
  ProgramSymbol symbol{.expression = expression};
  const auto range = ranges.find(expression.symbol);
  if (range != ranges.end()) {
    const auto bound = [&](const char* key, int64_t otherwise) {
      const auto found = range->find(key);
      return found != range->end() && found->is_number_integer() ? found->get<int64_t>() : otherwise;
    };
    symbol.least = std::max<int64_t>(bound("min_val", 1), 1);
    symbol.most = bound("max_val", INT64_MAX);
  }
  const auto hint = hints.find(expression.symbol);
  symbol.hint = hint != hints.end() ? hint->second : std::max<int64_t>(symbol.least, 2);
  return symbol;
}

}  // namespace

ProgramInputs inputs_of_program(const Json& program) {
  const Json& module = program.at("graph_module");
  const Json& graph = module.at("graph");
  const Json& tensors = graph.at("tensor_values");
  ProgramInputs result;
  Expressions expressions;
  std::map<std::string, SizeExpression> symbols;
  for (const Json& spec : module.at("signature").at("input_specs")) {
    if (!spec.contains("user_input") || !spec.at("user_input").at("arg").contains("as_tensor")) continue;
    const auto name = spec.at("user_input").at("arg").at("as_tensor").at("name").get<std::string>();
    for (const Json& size : tensors.at(name).at("sizes")) expressions.add(size);
    result.inputs.push_back(input_of(tensors.at(name), name));
    for (const auto& size : result.inputs.back().sizes)
      for (const auto* symbol : size.symbols()) symbols.emplace(symbol->symbol, *symbol);
  }
  for (const auto& [name, tensor] : tensors.items())
    for (const char* key : {"sizes", "strides"})
      for (const Json& size : tensor.at(key)) expressions.add(size);
  for (const auto& [name, size] : graph.at("sym_int_values").items()) expressions.add(size);
  result.known = std::move(expressions.known);
  const Json& ranges =
      program.contains("range_constraints") ? program.at("range_constraints") : Json::object();
  for (const auto& [name, symbol] : symbols)
    result.symbols.push_back(symbol_of(symbol, ranges, expressions.hints));
  return result;
}

ProgramInputs inputs_like(const std::vector<at::Tensor>& example, bool any_batch) {
  const auto batch = *parse_size_expression("Symbol('s0', positive=True, integer=True)");
  const bool has_batch =
      any_batch && !example.empty() && std::all_of(example.begin(), example.end(), [&](const auto& tensor) {
        return tensor.dim() > 0 && tensor.size(0) == example[0].size(0);
      });
  ProgramInputs result;
  for (const auto& tensor : example) {
    ProgramInput input{tensor.scalar_type(), {}};
    for (int64_t i = 0; i < tensor.dim(); ++i)
      input.sizes.push_back(i == 0 && has_batch ? batch : fixed(tensor.size(i)));
    result.inputs.push_back(std::move(input));
  }
  if (has_batch) {
    result.symbols.push_back({.expression = batch, .hint = std::max<int64_t>(example[0].size(0), 2)});
    result.known.push_back(batch);
  }
  return result;
}

}  // namespace qtool
