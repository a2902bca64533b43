#include <algorithm>
#include <pugixml.hpp>
#include <sstream>

#include "base/safe_text.h"
#include "report/ci/ci.h"

namespace qtool {
namespace {

/// XML 1.0 has no way to write control characters, and is UTF-8.
std::string xml_text(const std::string& text) { return safe_lines(text); }

void add_attribute(pugi::xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(xml_text(value).c_str());
}

void add_case(pugi::xml_node suite, const GateResult& gate) {
  auto test = suite.append_child("testcase");
  add_attribute(test, "classname", "qtool.gates");
  add_attribute(test, "name", gate.name);
  if (gate.passed) {
    test.append_child("system-out").text().set(xml_text(gate.text).c_str());
    return;
  }
  auto failure = test.append_child("failure");
  add_attribute(failure, "type", "gate");
  add_attribute(failure, "message", gate.text);
}

}  // namespace

std::string to_junit(const std::string& suite_name, const std::vector<GateResult>& gates) {
  pugi::xml_document document;
  auto declaration = document.append_child(pugi::node_declaration);
  add_attribute(declaration, "version", "1.0");
  add_attribute(declaration, "encoding", "UTF-8");
  auto suites = document.append_child("testsuites");
  auto suite = suites.append_child("testsuite");
  const auto failed =
      std::count_if(gates.begin(), gates.end(), [](const GateResult& gate) { return !gate.passed; });
  for (auto node : {suites, suite}) {
    add_attribute(node, "name", suite_name);
    add_attribute(node, "tests", std::to_string(gates.size()));
    add_attribute(node, "failures", std::to_string(failed));
    add_attribute(node, "errors", "0");
  }
  for (const auto& gate : gates) add_case(suite, gate);
  std::ostringstream text;
  document.save(text, "  ");
  return text.str();
}

}  // namespace qtool
