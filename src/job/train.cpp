#include "job/train.h"

#include <ATen/core/grad_mode.h>

#include <optional>

#include "base/atomic_file.h"
#include "base/error.h"
#include "job/data_splits.h"
#include "job/input_survives.h"
#include "job/open_model.h"
#include "job/parameter_count.h"
#include "job/staging_folder.h"
#include "job/training_progress.h"
#include "job/written_model.h"
#include "train/data_shape.h"

namespace qtool {
namespace {

constexpr const char* kModelName = "model.pt";
constexpr const char* kHistoryName = "history.json";
constexpr const char* kConfigName = "config.resolved.yaml";

}  // namespace

TrainJobResult try_train(const TrainJobOptions& options, const CommonOptions& common) {
  (void)apply_with_device(common);
  const DataSpec data = parse_data_spec(options.data);
  if (options.teacher.empty()) static_cast<void>(data_shape(data));
  return {.parameters = parameter_count(open_model(options.model, options.data, common.seed)),
          .directory = options.output};
}

TrainJobResult run_train(const TrainJobOptions& options, const CommonOptions& common,
                         const std::string& resolved_config, Progress& progress) {
  const auto device = apply_with_device(common);
  progress.stage("load");
  const DataSpec data = parse_data_spec(options.data);
  const std::string folder = options.output + "/", checkpoints = folder + "checkpoints";
  check_input_survives(options.model, options.output, {kModelName});
  Model model = open_model(options.model, options.data, common.seed);
  std::optional<Model> teacher;
  if (!options.teacher.empty()) teacher = Model::load(options.teacher);
  ensure_folder(options.output);
  ensure_folder(checkpoints);

  progress.stage("train");
  TrainOptions train_options = options.train;
  train_options.seed = common.seed;
  TrainTask task{.model = model,
                 .data = data,
                 .checkpoint = checkpoints + "/last.pt",
                 .history = folder + kHistoryName,
                 .teacher = teacher ? &*teacher : nullptr,
                 .device = device};
  TrainJobResult result{.parameters = parameter_count(model), .directory = options.output};
  result.warnings = model.notes().remarks;
  result.arrival = look_at_data(spec_of_split(options.data, Split::kTrain), model);
  const auto write = [&] {
    progress.stage("write");
    const StagingFolder staging(options.output);
    model.save(staging.path(kModelName));
    write_file(staging.path(kConfigName), resolved_config);
    const at::NoGradGuard no_grad;
    auto written = load_back(staging.path(kModelName), options.model);
    (void)written.forward(first_samples(written, options.data, 1));
    staging.publish({kModelName, kConfigName});
  };
  try {
    result.train = train(task, train_options, training_hooks(progress, result.warnings));
  } catch (const TrainingDiverged&) {
    write();
    throw;
  }
  write();
  result.files = {kModelName, kHistoryName, kConfigName, "checkpoints/last.pt"};
  return result;
}

}  // namespace qtool
