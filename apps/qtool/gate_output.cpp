#include "gate_output.h"

#include <cstdio>
#include <filesystem>

#include "base/atomic_file.h"
#include "streams.h"

namespace qtool {

void prepare_gate_output(const CiOptions& options) {
  const auto folder = std::filesystem::path(options.junit).parent_path();
  if (!folder.empty()) ensure_folder(folder.string());
}

void publish_gates(const CiOptions& options, const std::string& suite, const std::vector<GateResult>& gates,
                   bool json) {
  if (!options.junit.empty()) write_file(options.junit, to_junit(suite, gates));
  if (options.annotations == Annotations::kNone) return;
  print_commands(github_annotations(gates), json ? stderr : stdout);
}

}  // namespace qtool
