#include "graph/read/code_nesting.h"

#include "catch.h"
#include "graph/read/flaw.h"

using namespace qtool;

namespace {

std::string times(size_t count, const std::string& text) {
  std::string all;
  for (size_t i = 0; i < count; ++i) all += text;
  return all;
}

std::string nesting_flaw(const std::string& code) {
  try {
    (void)classes_of_flat_code(code);
  } catch (const Flaw& flaw) {
    return flaw.what();
  }
  return "";
}

std::string function(const std::string& expression) {
  return "def f(x: Tensor) -> Tensor:\n  return " + expression + "\n";
}

}  // namespace

TEST_CASE("the classes of code are found") {
  CHECK(classes_of_flat_code(
            "class A(Module):\n  def f(self) -> int:\n    return 1\nclass B(NamedTuple):\n  x : int\n") ==
        std::vector<std::string>{"A", "B"});
}

TEST_CASE("code as models have it is flat") {
  CHECK(nesting_flaw(function("[" + times(20000, "torch.add(x, 1, alpha=2), ") + "x]")).empty());
  CHECK(nesting_flaw("def f(x: int) -> int:\n" + times(5000, "  x = x + 1 - 2 * 3\n") + "  return x\n")
            .empty());
  CHECK(nesting_flaw(function(times(200, "(") + "x" + times(200, ")"))).empty());
}

TEST_CASE("deep code is refused, with its line") {
  CHECK_THAT(nesting_flaw(function(times(10000, "(") + "x")),
             contains("200 brackets in each other at line 2"));
  CHECK_THAT(nesting_flaw(function(times(10000, "-") + "x")),
             contains("500 steps in one expression at line 2"));
  CHECK_THAT(nesting_flaw(function("x" + times(10000, " + x"))), contains("500 steps"));
  CHECK_THAT(nesting_flaw(function("x" + times(10000, ".x"))), contains("500 steps"));
  CHECK_THAT(nesting_flaw(function("x" + times(10000, "[0]"))), contains("500 steps"));
  CHECK_THAT(nesting_flaw(function("x" + times(10000, " if x else x"))), contains("500 steps"));
  CHECK_THAT(nesting_flaw("def f(x: int) -> int:\n  if x:\n    x = 1\n" +
                          times(300, "  elif x:\n    x = 1\n") + "  return x\n"),
             contains("200 branches"));
  std::string blocks = "def f(x: int) -> int:\n", indent = "  ";
  for (int i = 0; i < 300; ++i) {
    blocks += indent + "if x:\n";
    indent += " ";
  }
  CHECK_THAT(nesting_flaw(blocks + indent + "x = 1\n"), contains("200 blocks"));
}
