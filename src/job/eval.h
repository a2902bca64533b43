#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "export/torchscript/engine.h"
#include "job/input/arrival.h"
#include "job/options/context.h"
#include "measure/chosen_metric.h"
#include "measure/evaluate.h"
#include "options/options.h"
#include "run/command_runtime.h"

namespace qtool {

struct EvalOptions {
  std::string model = {};     ///< TorchScript, .pt2 or ONNX file, float or int8
  std::string data = {};      ///< data spec; the test split unless it names one
  std::string against = {};   ///< a second model, whose outputs are the reference
  std::string metric = {};    ///< the one to put first; empty: the first that applies
  RunnerCommand runner = {};  ///< runs the model instead of qtool
  int64_t batch_size = 128;
  Engine engine = Engine::kAuto;
};

template <class Visitor>
void describe(Visitor& v, EvalOptions& o) {
  v.field("model", o.model, "TorchScript, .pt2 or ONNX file, float or int8", positional, required,
          path_field);
  v.field("data", o.data, "data, the test split unless it names one", required, spec_field);
  v.field("against", o.against, "model to compare the outputs with", path_field);
  describe(v, o.runner);
  v.field("metric", o.metric, help_of_metric("that comes first").c_str(), one_of(names_of_metrics()),
          path_field);
  v.field("batch_size", o.batch_size, "samples in one batch", at_least(1));
  v.field("engine", o.engine, "int8 kernels to run with");
}

struct EvalResult {
  int64_t samples = 0;
  Evaluation model = {};                     ///< `with_first` is meaningful where there is a reference
  std::optional<Evaluation> reference = {};  ///< the model of --against
  Arrival arrival = {};
  std::vector<std::string> warnings = {};
};

/// Throws Error(kUsage) where there is no such metric, or the runner's command cannot be one or lacks `against`.
void check(const EvalOptions& options);

/// Accuracy on labels, and agreement with a second model. Data without labels needs `against`; throws
/// Error(kUsage) otherwise. With `dry_run` everything is loaded and nothing is run.
[[nodiscard]] EvalResult run_eval(const EvalOptions& options, const Context& context);

}  // namespace qtool
