#include "export/pt2/size_expression.h"

#include "catch.h"
#include "export/pt2/batch_symbol.h"

using namespace qtool;

namespace {

std::optional<int64_t> value(const std::string& text, const SymbolValues& symbols = {{"s0", 7}, {"s1", 3}}) {
  const auto expression = parse_size_expression(text);
  REQUIRE(expression);
  CHECK(expression->text == text);
  return expression->evaluate(symbols);
}

}  // namespace

TEST_CASE("a size is computed as sympy's text says") {
  CHECK(value("Integer(-4)") == -4);
  CHECK(value(kBatch) == 7);
  CHECK(value("Add(Integer(-1), Mul(Integer(4), " + kBatch + "))") == 27);
  CHECK(value("Mul(Symbol('s1', integer=True), " + kBatch + ", Integer(2))") == 42);
  CHECK(value("FloorDiv(Add(" + kBatch + ", Integer(-8)), Integer(2))") == -1);
  CHECK(value("Mod(" + kBatch + ", Integer(4))") == 3);
  CHECK(value("Pow(" + kBatch + ", Integer(2))") == 49);
  CHECK(value("Max(Integer(2), " + kBatch + ")") == 7);
}

TEST_CASE("a size that is not known is none") {
  CHECK_FALSE(value(kBatch, {}));
  CHECK_FALSE(value("Mul(Integer(2), " + kBatch + ")", {{"s1", 3}}));
  CHECK_FALSE(value("ToFloat(" + kBatch + ")"));
  CHECK_FALSE(value("Pow(" + kBatch + ", Integer(-1))"));
  CHECK_FALSE(value("FloorDiv(" + kBatch + ", Integer(0))"));
}

TEST_CASE("what is no such expression is told from one") {
  for (const char* text :
       {"", "s0", "Integer", "Integer()", "Integer(-)", "Integer(1", "Integer(1)x", "Add(", "Add()",
        "Add(Integer(1),)", "Symbol(s0)", "Symbol('s0", "(", "Integer(99999999999999999999)"})
    CHECK_FALSE(parse_size_expression(text));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "Add(";
  CHECK_FALSE(parse_size_expression(deep));
}

TEST_CASE("expressions of ours are texts that can be read again") {
  const auto batch = *parse_size_expression(kBatch);
  CHECK(linear_in(batch, 1, 0).text == kBatch);
  CHECK(linear_in(batch, 3, -2).text == "Add(Integer(-2), Mul(Integer(3), " + kBatch + "))");
  CHECK(value(linear_in(batch, 3, -2).text) == 19);
  CHECK(value(product_of(batch, batch).text) == 49);
}
