#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"
#include "export/torchscript/engine.h"
#include "job/input/arrival.h"
#include "job/options/context.h"
#include "measure/latency.h"
#include "measure/operator_times.h"
#include "options/options.h"
#include "run/command_runtime.h"

namespace qtool {

struct BenchOptions {
  std::vector<std::string> models = {};  ///< TorchScript or ONNX files; times are compared with the first
  std::string data = {};                 ///< data spec that inputs are taken from
  std::string shape = {};                ///< or one sample's shape, e.g. 1x28x28, for random inputs
  RunnerCommand runner = {};             ///< runs and times the last file elsewhere
  LatencyOptions latency = {};
  bool operators = false;  ///< also the time of each operator
  bool folded = true;      ///< of several, also the first one folded and frozen, where it is a float model
  bool as_client =
      false;  ///< LibTorch's own engine; whoever starts the process leaves the allocator as it is
  Engine engine = Engine::kAuto;
};

template <class Visitor>
void describe(Visitor& v, BenchOptions& o) {
  v.field("models", o.models, "TorchScript, .pt2 or ONNX files; times are compared with the first",
          positional, required, path_field);
  v.field("data", o.data, "data to take inputs from", spec_field);
  v.field("shape", o.shape, "shape of one sample, e.g. 1x28x28, for random inputs instead of data");
  describe(v, o.runner);
  describe(v, o.latency);
  v.field("operators", o.operators, "also the time of each operator", flag("ops"));
  v.field("folded", o.folded, "of several models, also the first one with batch norm folded, and frozen");
  v.field("engine", o.engine, "int8 kernels to run with");
  v.field("as_client", o.as_client, "as a program that sets nothing: its allocator, LibTorch's own engine",
          flag("as-client"));
}

/// One model at one batch size.
struct BenchRow {
  Latency latency = {};
  std::string runtime = {};      ///< that ran it, e.g. `LibTorch 2.13.0`
  double ratio = 1;              ///< median / median of the first model at this batch size
  OperatorTimes operators = {};  ///< empty unless asked for
};

struct BenchResult {
  std::vector<BenchRow> rows = {};
  Arrival arrival = {};
  std::vector<std::string> warnings = {};  ///< of the files
};

/// Throws Error(kUsage) where the runner's command cannot be one that times the last of several files.
void check(const BenchOptions& options);

/// All models side by side in one run, as clients run them. Rows by batch size, then by model. With `dry_run`
/// everything is loaded and nothing is run.
[[nodiscard]] BenchResult run_bench(const BenchOptions& options, const Context& context);

}  // namespace qtool
