#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"
#include "job/input/arrival.h"
#include "job/options/context.h"
#include "measure/chosen_metric.h"
#include "options/options.h"
#include "train/trainer.h"

namespace qtool {

struct TrainJobOptions {
  std::string model = {};    ///< TorchScript file, or `zoo:NAME`
  std::string data = {};     ///< data spec
  std::string teacher = {};  ///< TorchScript file whose answers are learned from; empty: none
  std::string metric = {};   ///< what epochs are scored by; empty: the first that applies
  std::string output = {};   ///< folder
  TrainOptions train = {};
};

template <class Visitor>
void describe(Visitor& v, TrainJobOptions& o) {
  v.field("model", o.model, "TorchScript file, or zoo:NAME for a built-in network", positional, required,
          path_field);
  v.field("data", o.data, "data with labels, e.g. idx:/usr/share/datasets/fashion-mnist", required,
          spec_field);
  v.field("teacher", o.teacher, "TorchScript file whose answers are learned from (distillation)", path_field);
  v.field("metric", o.metric, help_of_metric("that epochs are scored by").c_str(), one_of(names_of_metrics()),
          path_field);
  v.field("output", o.output, "folder for what is written", flag("output", 'o'), required, path_field,
          output_field);
  v.group("train", o.train);
}

struct TrainJobResult {
  TrainResult train = {};
  int64_t parameters = 0;  ///< numbers that were trained
  std::vector<std::string> warnings = {};
  Arrival arrival = {};  ///< of the first samples
  std::string directory = {};
  std::vector<std::string> files = {};  ///< in the folder
};

/// Trains a model in float. Writes model.pt, history.json, config.resolved.yaml (the given text) and
/// checkpoints/last.pt, from which `resume` goes on. Where training diverges (TrainingDiverged), model.pt is the
/// best so far.
[[nodiscard]] TrainJobResult run_train(const TrainJobOptions& options, const Context& context);
/// Checks model and data, and says how many numbers would be trained; writes nothing.
[[nodiscard]] TrainJobResult try_train(const TrainJobOptions& options, const Context& context);

}  // namespace qtool
