#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace qtool {

/// Values of a program's symbols, by name.
using SymbolValues = std::map<std::string, int64_t>;

/// A size that depends on symbols, as torch.export writes it (sympy's srepr):
///
///   Add(Mul(Integer(4), Symbol('s77', positive=True, integer=True)), Integer(-1))
struct SizeExpression {
  std::string text;      ///< all of it
  std::string function;  ///< `Add`; `Integer` and `Symbol` have no operands
  std::string symbol;    ///< `s77`, of a Symbol
  int64_t number = 0;    ///< of an Integer
  std::vector<SizeExpression> operands = {};

  /// Nothing where a symbol is not among the values, a function is not known or the result is no whole number.
  [[nodiscard]] std::optional<int64_t> evaluate(const SymbolValues& values) const;
  [[nodiscard]] std::vector<const SizeExpression*> symbols() const;
};

/// Nothing where the text is no such expression.
[[nodiscard]] std::optional<SizeExpression> parse_size_expression(const std::string& text);

/// `factor * symbol + offset`.
[[nodiscard]] SizeExpression linear_in(const SizeExpression& symbol, int64_t factor, int64_t offset);
[[nodiscard]] SizeExpression product_of(const SizeExpression& left, const SizeExpression& right);

}  // namespace qtool
