#include "graph/read/code_check.h"

#include <filesystem>

#include "catch.h"
#include "graph/graphs.h"
#include "graph/read/flaw.h"
#include "graph/read/records.h"

using namespace qtool;

namespace {

/// Checks the code of a saved module whose forward() is this, changed by `edit`.
template <class Edit>
void check(const std::string& body, Edit edit) {
  const std::string path = temporary_path("code_check.pt");
  ModuleBuilder net("Net");
  net.define("def forward(self, x):\n" + body);
  net.build().save(path);
  const Records records(path);
  std::filesystem::remove(path);
  auto code = code_of(records);
  edit(code);
  check_code(records, code);
}

void check(const std::string& body) {
  check(body, [](CodeRecords&) {});
}

/// What is refused, and the text.
std::pair<std::string, std::string> refused(const std::string& body) {
  try {
    check(body);
  } catch (const RefusedCode& code) {
    return {code.name, code.what()};
  }
  return {};
}

}  // namespace

TEST_CASE("code that only computes is compiled") {
  CHECK_NOTHROW(check("  return torch.relu(x)"));
  std::string names;
  check("  return torch.relu(x)", [&](const CodeRecords& code) {
    for (const auto& [name, text] : code)
      names += name + (text.find("torch.relu(x)") == text.npos ? "-" : "+");
  });
  CHECK_THAT(names, contains("code/__torch__.py+"));
}

TEST_CASE("an operator that reads files is refused with its line, also where it may never run") {
  const auto [name, text] =
      refused("  if bool(x.sum() > 0):\n    x = torch.from_file(\"/etc/passwd\", True, 4)\n  return x");
  CHECK(name == "aten::from_file");
  CHECK_THAT(text, contains("code/__torch__.py") && contains(R"(torch.from_file("/etc/passwd", True, 4))"));
  CHECK(refused("  return torch.neg(x)").first.empty());
}

TEST_CASE("code nested without end is refused before it is compiled, with its record") {
  const auto deepen = [](CodeRecords& code) {
    for (auto& [name, text] : code) text += "a = " + std::string(100'000, '(');
  };
  CHECK_THROWS_AS(check("  return x", deepen), Flaw);
  CHECK_THROWS_WITH(check("  return x", deepen), contains("code/__torch__.py"));
}

TEST_CASE("a class without its code is what LibTorch says of it") {
  CHECK_THROWS_WITH(check("  return x", [](CodeRecords& code) { code.clear(); }),
                    contains("__torch__") || contains("Unknown type name"));
}
