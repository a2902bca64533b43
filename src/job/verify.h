#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "export/target.h"
#include "job/input/arrival.h"
#include "job/options/context.h"
#include "measure/chosen_metric.h"
#include "measure/evaluate.h"
#include "options/options.h"
#include "report/job/report.h"
#include "run/command_runtime.h"

namespace qtool {

struct VerifyOptions {
  std::string folder = {};               ///< of a job of ptq or qat
  std::string data = {};                 ///< data spec; the test split unless it names one
  std::vector<std::string> target = {};  ///< whose files; empty: of all that are there
  RunnerCommand runner = {};             ///< runs the files of `target`, or else those that qtool cannot run
  int64_t samples = -1;                  ///< -1: all
  std::string metric = {};               ///< the one to put first; empty: the first that applies
  Engine engine = Engine::kAuto;
};

template <class Visitor>
void describe(Visitor& v, VerifyOptions& o) {
  v.field("folder", o.folder, "folder that qtool ptq or qtool qat wrote", positional, required, path_field);
  v.field("data", o.data, "data, the test split unless it names one", required, spec_field);
  v.field("target", o.target, "verify the files of these alone; --runner runs them", one_of(target_names()));
  describe(v, o.runner);
  v.field("samples", o.samples, "samples to verify on; -1: all", at_least(-1));
  v.field("metric", o.metric, help_of_metric("that comes first").c_str(), one_of(names_of_metrics()),
          path_field);
  v.field("engine", o.engine, "int8 kernels of LibTorch to run with");
}

/// A model file of the folder.
struct VerifiedFile {
  std::string file = {}, target = {};
  std::string runtime = {};         ///< that ran it
  std::string not_run = {};         ///< why nothing did; empty: it ran, and the rest is there
  Evaluation evaluation = {};       ///< the reference is the simulated model
  SimulatedVsInt8 difference = {};  ///< from it
};

struct VerifyResult {
  int64_t samples = 0;
  Evaluation simulated = {};
  std::vector<VerifiedFile> files = {};
  Arrival arrival = {};
  std::vector<std::string> warnings = {};
};

/// Throws Error(kUsage) where the runner's command cannot be one.
void check(const VerifyOptions& options);

/// Runs each model file of a job's folder that can be run here on real samples, as a client does, and holds it against
/// the simulated model. Throws Error(kUsage) where the folder is of no job, a file that was asked for is not there,
/// nothing can be run, or a file or the runner gives other outputs than the simulation.
[[nodiscard]] VerifyResult run_verify(const VerifyOptions& options, const Context& context);

}  // namespace qtool
