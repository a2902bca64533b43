#include "config/yaml_extent.h"

#include "catch.h"

using namespace qtool;

namespace {

/// `line:column: text`, or `fine`.
std::string excess(const std::string& yaml) {
  const auto found = yaml_excess(yaml);
  if (!found) return "fine";
  return std::to_string(found->place.line) + ":" + std::to_string(found->place.column) + ": " + found->text;
}

}  // namespace

TEST_CASE("anchors may be used as often as one likes, but not inside their own value") {
  CHECK(excess("a: &x [1, 2]\nb: *x\nc: [*x, *x]\n") == "fine");
  CHECK(excess("a: &x 1\nb: {c: *x}\n--- \na: &x 2\nb: *x\n") == "fine");
  CHECK(excess("") == "fine");
  const std::string inside = "an alias of a value that it stands in, expected one that has ended before";
  CHECK(excess("a: &x [*x]\n") == "1:8: " + inside);
  CHECK(excess("a: &x\n  b: {c: [1, *x]}\n") == "2:14: " + inside);
}

TEST_CASE("lists and maps may be 64 levels deep") {
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(excess(nested(64)) == "fine");
  CHECK_THAT(excess(nested(65)), contains("1:65: more than 64 lists and maps"));
  CHECK_THAT(excess(std::string(1'000'000, '[')), contains("more than 64"));
  std::string maps;
  for (size_t i = 0; i < 100; ++i) maps += std::string(i, ' ') + "a:\n";
  CHECK_THAT(excess(maps + std::string(100, ' ') + "b: 1\n"), contains("more than 64"));
}

TEST_CASE("aliases count as what they stand for") {
  std::string laughs = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 20; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before + ", " +
              before + "]\n";
  }
  CHECK_THAT(excess(laughs), contains("more than 1000000 values"));
  std::string list = "[";
  for (int i = 0; i < 999'000; ++i) list += "1,";
  CHECK(excess(list + "1]") == "fine");
  CHECK_THAT(excess(list + std::string(5000, ',') + "]"), !contains("fine"));
}

TEST_CASE("a document that cannot begin is left") {
  const std::string no_value = "not YAML: a character that no value begins with";
  CHECK(excess(", a") == "1:1: " + no_value);
  CHECK(excess("a: 1\n---\n, a") == "3:1: " + no_value);
  CHECK(excess("---\n---\n---\n") == "fine");
}
