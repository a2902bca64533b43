#pragma once
#include <string>
#include <vector>

#include "report/ci/ci.h"

namespace qtool {

/// Before any work: makes the folder of the JUnit file. Throws Error(kMachine) where that cannot be.
void prepare_gate_output(const CiOptions& options);

/// Writes the JUnit file and prints the annotations, as asked for. Those stand on stdout; with `json`, which has stdout
/// for itself, on stderr, where GitHub reads them as well. `suite` names the run.
void publish_gates(const CiOptions& options, const std::string& suite, const std::vector<GateResult>& gates,
                   bool json);

}  // namespace qtool
