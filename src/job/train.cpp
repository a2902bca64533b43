#include "job/train.h"

#include <ATen/core/grad_mode.h>

#include <optional>

#include "base/atomic_file.h"
#include "base/error.h"
#include "graph/read/read_model.h"
#include "graph/tensor_inputs.h"
#include "job/files/input_is_not_output.h"
#include "job/files/job_folder.h"
#include "job/files/staging_folder.h"
#include "job/files/written_model.h"
#include "job/input/job_data.h"
#include "job/input/open_model.h"
#include "job/input/parameter_count.h"
#include "job/training_progress.h"
#include "train/data_shape.h"

namespace qtool {
namespace {

/// Metric and loss, before anything else is read.
void check_files_of(const TrainJobOptions& options) {
  (void)choose_metric(options.metric);
  (void)choose_loss(options.train.loss, options.train.label_smoothing);
}

}  // namespace

TrainJobResult try_train(const TrainJobOptions& options, const Context& context) {
  (void)apply_with_device(context.common);
  check_files_of(options);
  JobData data(options.data);
  if (options.teacher.empty()) {
    auto samples = data.loader(Split::kTrain, {}, {.batch_size = 1});
    static_cast<void>(data_shape(samples));
  }
  return {.parameters = parameter_count(open_model(options.model, data, context.common.seed)),
          .directory = options.output};
}

TrainJobResult run_train(const TrainJobOptions& options, const Context& context) {
  const auto device = apply_with_device(context.common);
  context.progress.stage("load");
  check_files_of(options);
  JobData data(options.data);
  check_input_is_not_output(options.model, options.output, {kTrainedFile});
  Model model = open_model(options.model, data, context.common.seed);
  std::optional<Model> teacher;
  if (!options.teacher.empty()) teacher = read_model(options.teacher);
  prepare_checkpoints(options.output);

  context.progress.stage("train");
  TrainOptions train_options = options.train;
  train_options.seed = context.common.seed;
  train_options.metric = options.metric;
  TrainTask task{.model = model,
                 .data = data.spec(Split::kTrain),
                 .dataset = data.opened(Split::kTrain),
                 .checkpoint = in_folder(options.output, kCheckpointFile),
                 .history = in_folder(options.output, kHistoryFile),
                 .teacher = teacher ? &*teacher : nullptr,
                 .device = device};
  TrainJobResult result{.parameters = parameter_count(model), .directory = options.output};
  result.warnings = model.notes().remarks;
  result.arrival = look_at_data(data, tensor_inputs(model));
  const auto write = [&] {
    context.progress.stage("write");
    const StagingFolder staging(options.output);
    model.save(staging.path(kTrainedFile));
    write_file(staging.path(kConfigFile), context.resolved_config);
    const at::NoGradGuard no_grad;
    auto written = load_back(staging.path(kTrainedFile), options.model);
    (void)written.forward(data.first_samples(written, 1));
    staging.publish({kTrainedFile, kConfigFile});
  };
  try {
    result.train = train(task, train_options, training_hooks(context.progress, result.warnings));
  } catch (const TrainingDiverged&) {
    write();
    throw;
  }
  write();
  result.files = {kTrainedFile, kHistoryFile, kConfigFile, kCheckpointFile};
  return result;
}

}  // namespace qtool
