#include "train/trainer.h"

#include <cmath>
#include <filesystem>

#include "catch.h"
#include "core/error.h"
#include "small_problem.h"

using namespace qtool;

namespace {

TrainOptions small_options() {
  TrainOptions options;
  options.epochs = 3;
  options.batch_size = 16;
  options.flip = true;
  options.shift_crop = 1;
  options.validation = 0.25;
  options.seed = 5;
  return options;
}

std::string saved_bytes(const Model& model, const TemporaryFolder& folder) {
  model.save(folder.file("model.pt"));
  return read_file(folder.file("model.pt"));
}

std::string train_to_bytes(const DataSpec& data, const TrainOptions& options, const TemporaryFolder& folder,
                           const std::string& checkpoint = "", const TrainHooks& hooks = {}) {
  Model model = small_network();
  (void)train(model, data, options, checkpoint, hooks);
  return saved_bytes(model, folder);
}

/// Stops after `steps` steps and leaves a checkpoint; the model is lost, as in a process that ended.
void train_and_stop(const DataSpec& data, const TrainOptions& options, const std::string& checkpoint,
                    int steps) {
  Model model = small_network();
  int asked = 0;
  TrainHooks hooks;
  hooks.stop = [&] { return asked++ == steps; };
  try {
    (void)train(model, data, options, checkpoint, hooks);
    FAIL("not stopped");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kInterrupted);
  }
}

}  // namespace

TEST_CASE("a small problem is learned, and the hooks hear of it") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 128);
  Model model = small_network();
  TrainHooks hooks;
  std::vector<int64_t> steps;
  int epochs = 0;
  hooks.progress = [&](const TrainProgress& progress) {
    steps.push_back(progress.step);
    CHECK(progress.steps == 18);  // 96 samples are 6 batches, 3 epochs
    CHECK(progress.images_per_second > 0);
    CHECK(std::isfinite(progress.loss));
  };
  hooks.epoch_end = [&](const EpochResult&) { ++epochs; };
  const TrainResult result = train(model, data, small_options(), "", hooks);
  CHECK(steps.size() == 18);
  CHECK(steps.back() == 18);
  CHECK(epochs == 3);
  REQUIRE(result.history.size() == 3);
  CHECK(result.history[2].loss < result.history[0].loss);
  CHECK(result.history[size_t(result.best_epoch)].validation_accuracy > 0.95);
}

TEST_CASE("AdamW learns it too, with clipping and smoothing") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 128);
  TrainOptions options = small_options();
  options.optimizer.kind = OptimizerKind::kAdamW;
  options.optimizer.learning_rate = 0.01;
  options.optimizer.clip_norm = 1;
  options.label_smoothing = 0.1;
  options.schedule.kind = ScheduleKind::kCosine;
  Model model = small_network();
  const TrainResult result = train(model, data, options, "");
  CHECK(result.history[size_t(result.best_epoch)].validation_accuracy > 0.95);
}

TEST_CASE("a resumed run ends with the bytes of an uninterrupted one") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 128);
  TrainOptions options = small_options();
  const std::string expected = train_to_bytes(data, options, folder);
  CHECK(train_to_bytes(data, options, folder) == expected);
  for (const int steps : {0, 4, 6, 13}) {  // before all, within an epoch, at its end, within a later one
    INFO("stopped after " << steps);
    const std::string checkpoint = folder.file("last." + std::to_string(steps) + ".pt");
    options.resume = false;
    train_and_stop(data, options, checkpoint, steps);
    options.resume = true;
    CHECK(train_to_bytes(data, options, folder, checkpoint) == expected);
    CHECK(train_to_bytes(data, options, folder, checkpoint) == expected);  // there is nothing left to do
  }
}

TEST_CASE("an interrupt out of the progress hook leaves a checkpoint as well") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 64);
  TrainHooks hooks;
  hooks.progress = [](const TrainProgress& progress) {
    if (progress.step == 2) throw Error(ErrorKind::kInterrupted, {.what = "stop"});
  };
  Model model = small_network();
  CHECK_THROWS_AS(train(model, data, small_options(), folder.file("last.pt"), hooks), Error);
  CHECK(std::filesystem::exists(folder.file("last.pt")));
}

TEST_CASE("nothing held out keeps the last epoch") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 64);
  TrainOptions options = small_options();
  options.validation = 0;
  Model model = small_network();
  const TrainResult result = train(model, data, options, "");
  CHECK(result.best_epoch == 2);
  CHECK(std::isnan(result.history[2].validation_accuracy));
}

TEST_CASE("a label outside the model's classes is named") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 64, /*wrong_label=*/9);
  TrainOptions options = small_options();
  options.validation = 0;
  Model model = small_network();
  CHECK_THROWS_WITH(train(model, data, options, ""), contains("label 9") && contains("2 classes"));
}

TEST_CASE("an absurd learning rate ends with a clear error") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 64);
  TrainOptions options = small_options();
  options.optimizer.learning_rate = 1000;
  options.optimizer.weight_decay = 10;
  options.epochs = 20;
  Model model = small_network();
  CHECK_THROWS_WITH(train(model, data, options, ""), contains("diverged") && contains("learning rate"));
}

TEST_CASE("data without labels and models without parameters are refused") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 64);
  Model model = small_network();
  CHECK_THROWS_WITH(train(model, parse_data_spec("random:1x8x8"), small_options(), ""),
                    contains("without labels"));
  ModuleBuilder nothing("Nothing");
  nothing.define("def forward(self, x):\n  return torch.flatten(x, 1)");
  Model empty = nothing.build();
  CHECK_THROWS_WITH(train(empty, data, small_options(), ""), contains("nothing to train"));
}

TEST_CASE("trained weights are stored in plain order, in evaluation mode") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 64);
  TrainOptions options = small_options();
  options.epochs = 1;
  Model model = small_network();
  (void)train(model, data, options, "");
  for (const auto& parameter : model.parameters()) CHECK(parameter.tensor.is_contiguous());
}
