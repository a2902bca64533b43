#include "report/ci/ci.h"

namespace qtool {
namespace {

/// As GitHub's own toolkit escapes (actions/toolkit, packages/core/src/command.ts): line ends and % in what is shown,
/// in properties also what ends one.
std::string escaped(const std::string& text, const std::string& special) {
  static const char* hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (special.find(c) == std::string::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', hex[byte >> 4], hex[byte & 15]};
  }
  return out;
}

const char* level_of(const GateResult& gate) {
  if (!gate.passed) return "error";
  return gate.within_noise ? "warning" : "notice";
}

}  // namespace

std::string github_annotations(const std::vector<GateResult>& gates) {
  std::string lines;
  for (const auto& gate : gates)
    lines += std::string("::") + level_of(gate) + " title=" + escaped("qtool " + gate.name, "%\r\n:,") +
             "::" + escaped(gate.text, "%\r\n") + "\n";
  return lines;
}

}  // namespace qtool
