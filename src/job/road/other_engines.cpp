#include "job/road/other_engines.h"

#include "base/error.h"
#include "graph/read/read_model.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

constexpr double kMostLostDb =
    6;  ///< engines round differently; a kernel that is wrong loses tens of decibels

/// What goes wrong under the engine in use; empty: nothing.
std::string fault_of(const std::string& int8_file, const Trial& trial, double expected_db) {
  try {
    auto model = read_model(int8_file);
    const double db = trial.run(model).sqnr_db;
    if (db >= expected_db - kMostLostDb) return "";
    return "its SQNR is " + fixed(db, 1) + " dB instead of " + fixed(expected_db, 1);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUsage && error.kind() != ErrorKind::kUnquantizable) throw;
    return "it does not run: " + error.complaint().what;
  }
}

}  // namespace

std::vector<std::string> warnings_of_other_engines(const std::string& int8_file, Model& int8, Engine chosen,
                                                   const Trial& trial) {
  std::vector<std::string> warnings;
  if (chosen == Engine::kQnnpack) return warnings;
  const double expected_db = trial.run(int8).sqnr_db;
  for (const auto engine : available_engines()) {
    if (engine == chosen || engine == Engine::kQnnpack) continue;
    const EngineScope scope(engine);
    const auto fault = fault_of(int8_file, trial, expected_db);
    if (fault.empty()) continue;
    warnings.push_back(std::string("the int8 file is for clients that use the engine ") + to_string(chosen) +
                       " alone: under " + to_string(engine) + " " + fault);
  }
  return warnings;
}

}  // namespace qtool
