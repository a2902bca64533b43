#include "export/pt2/size_expression.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>

namespace qtool {
namespace {

constexpr int kDeepest = 100;

class Parser {
 public:
  explicit Parser(const std::string& text) : text_(text) {}

  std::optional<SizeExpression> parse() {
    auto expression = read(0);
    return expression && at_ == text_.size() ? expression : std::nullopt;
  }

 private:
  std::optional<SizeExpression> read(int depth) {
    const size_t begin = at_;
    SizeExpression expression;
    expression.function = name();
    if (expression.function.empty() || depth > kDeepest || !take('(')) return std::nullopt;
    if (expression.function == "Symbol"    ? !read_symbol(expression)
        : expression.function == "Integer" ? !read_number(expression)
                                           : !read_operands(expression, depth))
      return std::nullopt;
    if (!take(')')) return std::nullopt;
    expression.text = text_.substr(begin, at_ - begin);
    return expression;
  }

  /// `'s77', positive=True, integer=True`
  bool read_symbol(SizeExpression& expression) {
    if (!take('\'')) return false;
    const auto end = text_.find('\'', at_), close = text_.find(')', at_);
    if (end == std::string::npos || close == std::string::npos || close < end) return false;
    expression.symbol = text_.substr(at_, end - at_);
    at_ = close;
    return true;
  }

  bool read_number(SizeExpression& expression) {
    const auto end = text_.find(')', at_);
    const std::string digits = text_.substr(at_, end - at_);
    if (end == std::string::npos || digits.empty() || digits.size() > 18) return false;
    const bool negative = digits[0] == '-';
    if (digits.size() == negative || !std::all_of(digits.begin() + negative, digits.end(), ::isdigit))
      return false;
    expression.number = std::stoll(digits);
    at_ = end;
    return true;
  }

  bool read_operands(SizeExpression& expression, int depth) {
    do {
      while (take(' ')) {
      }
      auto operand = read(depth + 1);
      if (!operand) return false;
      expression.operands.push_back(*std::move(operand));
    } while (take(','));
    return true;
  }

  std::string name() {
    const size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_'))
      ++at_;
    return text_.substr(begin, at_ - begin);
  }

  bool take(char wanted) {
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  const std::string& text_;
  size_t at_ = 0;
};

double value_of(const SizeExpression& expression, const SymbolValues& symbols) {
  if (expression.function == "Integer") return double(expression.number);
  if (expression.function == "Symbol") {
    const auto found = symbols.find(expression.symbol);
    return found == symbols.end() ? NAN : double(found->second);
  }
  static const std::map<std::string, std::function<double(double, double)>> functions = {
      {"Add", [](double a, double b) { return a + b; }},
      {"Mul", [](double a, double b) { return a * b; }},
      {"Pow", [](double a, double b) { return std::pow(a, b); }},
      {"FloorDiv", [](double a, double b) { return std::floor(a / b); }},
      {"CleanDiv", [](double a, double b) { return a / b; }},
      {"Mod", [](double a, double b) { return a - std::floor(a / b) * b; }},
      {"PythonMod", [](double a, double b) { return a - std::floor(a / b) * b; }},
      {"Max", [](double a, double b) { return std::max(a, b); }},
      {"Min", [](double a, double b) { return std::min(a, b); }}};
  const auto function = functions.find(expression.function);
  if (function == functions.end()) return NAN;
  double result = value_of(expression.operands[0], symbols);
  for (size_t i = 1; i < expression.operands.size(); ++i)
    result = function->second(result, value_of(expression.operands[i], symbols));
  return result;
}

SizeExpression integer(int64_t number) {
  return {.text = "Integer(" + std::to_string(number) + ")",
          .function = "Integer",
          .symbol = "",
          .number = number};
}

SizeExpression call(const std::string& function, const SizeExpression& left, const SizeExpression& right) {
  return {.text = function + "(" + left.text + ", " + right.text + ")",
          .function = function,
          .symbol = "",
          .operands = {left, right}};
}

}  // namespace

std::optional<int64_t> SizeExpression::evaluate(const SymbolValues& values) const {
  const double value = value_of(*this, values);
  if (!(std::abs(value) < 1e15) || value != std::floor(value)) return std::nullopt;
  return int64_t(value);
}

std::vector<const SizeExpression*> SizeExpression::symbols() const {
  if (function == "Symbol") return {this};
  std::vector<const SizeExpression*> found;
  for (const auto& operand : operands)
    for (const auto* inner : operand.symbols()) found.push_back(inner);
  return found;
}

std::optional<SizeExpression> parse_size_expression(const std::string& text) { return Parser(text).parse(); }

SizeExpression linear_in(const SizeExpression& symbol, int64_t factor, int64_t offset) {
  const auto product = factor == 1 ? symbol : call("Mul", integer(factor), symbol);
  return offset == 0 ? product : call("Add", integer(offset), product);
}

SizeExpression product_of(const SizeExpression& left, const SizeExpression& right) {
  return call("Mul", left, right);
}

}  // namespace qtool
