#include "train/trainer.h"

#include <ATen/ops/zeros.h>
#include <sys/resource.h>

#include <array>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/threads_as_peers.h"
#include "catch.h"
#include "small_problem.h"
#include "train/training_state.h"

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
  (void)train({.model = model, .data = data, .checkpoint = checkpoint}, options, hooks);
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
    (void)train({.model = model, .data = data, .checkpoint = checkpoint}, options, hooks);
    FAIL("not stopped");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kInterrupted);
  }
}

bool same_values(const std::vector<NamedTensor>& a, const std::vector<NamedTensor>& b) {
  for (size_t i = 0; i < a.size(); ++i)
    if (!a[i].tensor.equal(b[i].tensor)) return false;
  return a.size() == b.size();
}

/// Without what draws random numbers or looks at a whole batch.
Model plain_network(uint64_t seed = 3) {
  zoo::Init init(seed);
  ModuleBuilder net("Plain");
  net.child("conv", zoo::conv2d({.in = 1, .out = 4, .kernel = 3, .padding = 1}, init))
      .child("fc", zoo::linear(4 * 64, 2, init));
  net.define(
      "def forward(self, x):\n  return self.fc.forward(torch.flatten(torch.relu(self.conv.forward(x)), 1))");
  return net.build();
}

/// Breaks the model before the steps in `bad_steps`, once each: the first class is always (un)likely.
TrainHooks poison(Model& model, std::vector<int64_t>& bad_steps, double value) {
  TrainHooks hooks;
  hooks.before_step = [&model, &bad_steps, value](int64_t step, int64_t) {
    const auto found = std::find(bad_steps.begin(), bad_steps.end(), step);
    if (found == bad_steps.end()) return;
    bad_steps.erase(found);
    for (const auto& [name, tensor] : model.parameters())
      if (name == "fc.weight") tensor.detach()[0].fill_(value);
  };
  return hooks;
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
  const TrainResult result = train({.model = model, .data = data}, small_options(), hooks);
  CHECK(steps.size() == 18);
  CHECK(steps.back() == 18);
  CHECK(epochs == 3);
  REQUIRE(result.history.size() == 3);
  CHECK(result.history[2].loss < result.history[0].loss);
  CHECK(result.history[size_t(result.best_epoch)].validation_score > 95);
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
  const TrainResult result = train({.model = model, .data = data}, options);
  CHECK(result.history[size_t(result.best_epoch)].validation_score > 95);
}

TEST_CASE("a resumed run ends with the bytes of an uninterrupted one") {
  for (const auto optimizer : {OptimizerKind::kSgd, OptimizerKind::kAdamW}) {
    const TemporaryFolder folder;
    const DataSpec data = write_small_data(folder, 128);
    TrainOptions options = small_options();
    options.optimizer.kind = optimizer;
    const std::string expected = train_to_bytes(data, options, folder);
    CHECK(train_to_bytes(data, options, folder) == expected);
    for (const int steps : {0, 4, 6, 13}) {  // before all, within an epoch, at its end, within a later one
      INFO(to_string(optimizer) << ", stopped after " << steps);
      const std::string checkpoint = folder.file("last." + std::to_string(steps) + ".pt");
      options.resume = false;
      train_and_stop(data, options, checkpoint, steps);
      options.resume = true;
      CHECK(train_to_bytes(data, options, folder, checkpoint) == expected);
      CHECK(train_to_bytes(data, options, folder, checkpoint) == expected);  // there is nothing left to do
    }
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
  CHECK_THROWS_AS(
      train({.model = model, .data = data, .checkpoint = folder.file("last.pt")}, small_options(), hooks),
      Error);
  CHECK(std::filesystem::exists(folder.file("last.pt")));
}

TEST_CASE("two processes on halves of each batch train what one does on whole batches") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 128);
  TrainOptions options = small_options();
  options.flip = false;  // each part draws its own
  options.shift_crop = 0;
  options.optimizer.clip_norm = 1;
  Model one = plain_network();
  const auto expected = train({.model = one, .data = data}, options);
  std::array<Model, 2> models = {plain_network(),
                                 plain_network(/*seed=*/4)};  // the first one's weights count
  std::array<TrainResult, 2> results;
  ThreadsAsPeers::run(2, [&](const Peers& peers) {
    const auto rank = size_t(peers.rank());
    const TrainTask task{.model = models[rank],
                         .data = data,
                         .checkpoint = folder.file(std::to_string(rank) + ".pt"),
                         .history = folder.file(std::to_string(rank) + ".json"),
                         .peers = peers};
    results[rank] = train(task, options);
  });
  CHECK(same_values(models[0].parameters(), models[1].parameters()));
  for (size_t i = 0; i < one.parameters().size(); ++i)
    CHECK(one.parameters()[i].tensor.allclose(models[0].parameters()[i].tensor, 1e-3, 1e-5));
  CHECK(results[0].best_epoch == expected.best_epoch);
  for (size_t i = 0; i < expected.history.size(); ++i)
    for (const auto& result : results) {
      CHECK(result.history[i].loss == Approx(expected.history[i].loss).epsilon(1e-4));
      CHECK(result.history[i].score == Approx(expected.history[i].score));
      CHECK(result.history[i].validation_score == Approx(expected.history[i].validation_score));
    }
  for (const char* ending : {".pt", ".json"}) {
    CHECK(std::filesystem::exists(folder.file(std::string("0") + ending)));
    CHECK_FALSE(std::filesystem::exists(folder.file(std::string("1") + ending)));
  }
}

TEST_CASE("a loss that is NaN for one process is so for all, and so is a wish to stop") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 64);
  std::array<Model, 2> models = {plain_network(), plain_network()};
  std::array<std::vector<int64_t>, 2> rolled_back, done;
  std::array<std::string, 2> ends;
  ThreadsAsPeers::run(2, [&](const Peers& peers) {
    const auto rank = size_t(peers.rank());
    std::vector<int64_t> bad_steps;
    if (rank == 1) bad_steps = {4};
    TrainHooks hooks = poison(models[rank], bad_steps, std::numeric_limits<double>::quiet_NaN());
    hooks.rolled_back = [&](const Rollback& rollback) { rolled_back[rank].push_back(rollback.step); };
    hooks.progress = [&](const TrainProgress& progress) { done[rank].push_back(progress.step); };
    hooks.stop = [&] { return rank == 0 && done[rank].size() == 7; };
    try {
      (void)train({.model = models[rank], .data = data, .peers = peers}, small_options(), hooks);
    } catch (const Error& error) {
      ends[rank] = error.what();
    }
  });
  CHECK(rolled_back[0] == std::vector<int64_t>{3});
  CHECK(rolled_back[1] == rolled_back[0]);
  CHECK(done[0].size() == 7);
  CHECK(done[1] == done[0]);
  CHECK_THAT(ends[0], contains("interrupted"));
  CHECK(ends[1] == ends[0]);
}

TEST_CASE("each process needs a sample of a batch") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 64);
  TrainOptions options = small_options();
  options.batch_size = 2;
  CHECK_THROWS_WITH(
      ThreadsAsPeers::run(3,
                          [&](const Peers& peers) {
                            Model mine = plain_network();
                            (void)train({.model = mine, .data = data, .peers = peers}, options);
                          }),
      contains("too few samples in a step") && contains("batches of 2") && contains("3 processes"));
}

TEST_CASE("nothing held out keeps the last epoch") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 64);
  TrainOptions options = small_options();
  options.validation = 0;
  Model model = small_network();
  const TrainResult result = train({.model = model, .data = data}, options);
  CHECK(result.best_epoch == 2);
  CHECK(std::isnan(result.history[2].validation_score));
}

TEST_CASE("a label outside the model's classes is named") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 64, /*wrong_label=*/9);
  TrainOptions options = small_options();
  options.validation = 0;
  Model model = small_network();
  CHECK_THROWS_WITH(train({.model = model, .data = data}, options),
                    contains("label 9") && contains("2 classes"));
}

TEST_CASE("data without labels and models without parameters are refused") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 64);
  Model model = small_network();
  CHECK_THROWS_WITH(train({.model = model, .data = parse_data_spec("random:1x8x8")}, small_options()),
                    contains("without labels"));
  ModuleBuilder nothing("Nothing");
  nothing.define("def forward(self, x):\n  return torch.flatten(x, 1)");
  Model empty = nothing.build();
  CHECK_THROWS_WITH(train({.model = empty, .data = data}, small_options()), contains("nothing to train"));
}

TEST_CASE("trained weights are stored in plain order, in evaluation mode") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 64);
  TrainOptions options = small_options();
  options.epochs = 1;
  Model model = small_network();
  (void)train({.model = model, .data = data}, options);
  for (const auto& parameter : model.parameters()) CHECK(parameter.tensor.is_contiguous());
}

TEST_CASE("the loss may come from a teacher, with labels or without") {
  const TemporaryFolder folder;
  const DataSpec labelled = write_small_data(folder, 128),
                 unlabelled = write_unlabelled_data(folder, 128, "|u1", small_pixels(128));
  Model teacher = small_network();
  (void)train({.model = teacher, .data = labelled}, small_options());
  teacher.set_training(true);
  const auto before = copies_of(model_tensors(teacher));
  for (const DataSpec& data : {labelled, unlabelled}) {
    INFO(to_string(data));
    Model model = small_network(/*seed=*/8);
    const TrainResult result = train({.model = model, .data = data, .teacher = &teacher}, small_options());
    CHECK(result.history[size_t(result.best_epoch)].validation_score > 90);
  }
  CHECK(same_values(before, model_tensors(teacher)));  // batch norm's too: it was in evaluation mode
  for (const auto& parameter : teacher.parameters()) CHECK(parameter.tensor.is_contiguous());
}

TEST_CASE("how much a teacher has to say is asked for, or depends on the labels and the job") {
  CHECK(teacher_share({.distillation = 0.25, .taught_share = 0}, false) == 0.25);
  CHECK(teacher_share({.taught_share = 0.125}, true) == 0.125);
  CHECK(teacher_share({.taught_share = 0.125}, false) == 1);
  CHECK_THAT(help_of_distillation({.taught_share = 0.125}), contains("else 0.125"));
}

TEST_CASE("distillation needs a teacher") {
  const TemporaryFolder folder;
  TrainOptions options = small_options();
  options.distillation = 0.5;
  Model model = small_network();
  CHECK_THROWS_WITH(train({.model = model, .data = write_small_data(folder, 64)}, options),
                    contains("needs a teacher"));
}

TEST_CASE("the hook before steps sees where it is") {
  const TemporaryFolder folder;
  Model model = small_network();
  TrainHooks hooks;
  std::vector<int64_t> steps;
  hooks.before_step = [&](int64_t step, int64_t all) {
    steps.push_back(step);
    CHECK(all == 9);
  };
  (void)train({.model = model, .data = write_small_data(folder, 64)}, small_options(), hooks);
  CHECK(steps == std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8});
}

TEST_CASE("an epoch that may not be the best is not, and without any the last is kept") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 64);
  TrainOptions options = small_options();
  options.optimizer.learning_rate = 0;  // all epochs are equal
  for (const int64_t from : {0, 3, 7}) {
    Model model = small_network();
    TrainHooks hooks;
    hooks.may_be_best = [&](int64_t first_step, int64_t) { return first_step < from; };
    CHECK(train({.model = model, .data = data}, options, hooks).best_epoch == (from == 3 ? 0 : 2));
  }
}

TEST_CASE("a run that was killed between its last checkpoint and the history gets its history when resumed") {
  const TemporaryFolder folder;
  Model model = small_network(), again = small_network();
  const DataSpec data = write_small_data(folder, 64);
  const std::string checkpoint = folder.file("last.pt"), history = folder.file("history.json");
  TrainOptions options = small_options();
  (void)train({.model = model, .data = data, .checkpoint = checkpoint, .history = history}, options);
  const std::string expected = read_file(history);
  std::filesystem::remove(history);
  options.resume = true;
  (void)train({.model = again, .data = data, .checkpoint = checkpoint, .history = history}, options);
  CHECK(read_file(history) == expected);
}

TEST_CASE("patience ends training, and resuming does not go on") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 64);
  TrainOptions options = small_options();
  options.epochs = 20;
  options.patience = 2;
  TrainHooks hooks;
  hooks.may_be_best = [](int64_t first_step, int64_t) { return first_step < 6; };  // the first two
  for (const bool resume : {false, true}) {
    options.resume = resume;
    Model model = small_network();
    const TrainResult result =
        train({.model = model, .data = data, .checkpoint = folder.file("last.pt")}, options, hooks);
    CHECK(result.best_epoch <= 1);
    const auto& epochs = result.history;
    const size_t highest = epochs[1].validation_score > epochs[0].validation_score ? 1 : 0;
    CHECK(epochs.size() == highest + 3);
  }
  options.validation = 0;
  Model model = small_network();
  CHECK_THROWS_WITH(train({.model = model, .data = data}, options), contains("patience"));
}

TEST_CASE("a loss that is not finite, or far too high, is rolled back at a tenth of the rate") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 128);
  for (const double value : {std::nan(""), 1e20, 1e4}) {
    INFO("weights of " << value);
    Model model = small_network();
    std::vector<int64_t> bad_steps{8};
    TrainHooks hooks = poison(model, bad_steps, value);
    std::vector<Rollback> rollbacks;
    std::vector<EpochResult> epochs;
    hooks.rolled_back = [&](const Rollback& rollback) { rollbacks.push_back(rollback); };
    TrainOptions options = small_options();
    options.schedule = {.kind = ScheduleKind::kConstant, .warm_up = 0};
    const TrainResult result = train({.model = model, .data = data}, options, hooks);
    REQUIRE(rollbacks.size() == 1);
    CHECK(rollbacks[0].step == 6);  // the start of the second epoch
    CHECK(rollbacks[0].rate_factor == Approx(0.1));
    CHECK_THAT(rollbacks[0].where, contains("epoch 2 of 3, batch 3 of 6"));
    CHECK_THAT(to_string(rollbacks[0]), contains("from step 6") && contains("0.1 of the learning rate"));
    REQUIRE(result.history.size() == 3);
    CHECK(result.history[0].learning_rate == Approx(0.1));
    CHECK(result.history[2].learning_rate == Approx(0.01));
    CHECK(result.history[size_t(result.best_epoch)].validation_score > 95);
  }
}

TEST_CASE("a gradient that is not finite does not become a good state") {
  const TemporaryFolder folder;
  ModuleBuilder root("Root");  // the gradient of sqrt at 0 is infinite, and 0 times that is NaN
  root.parameter("weight", at::zeros({1, 64}));
  root.define(
      "def forward(self, x):\n"
      "  y = torch.matmul(torch.flatten(x, 1), torch.t(self.weight))\n"
      "  return torch.cat([torch.sqrt(y * y), y], 1)");
  Model model = root.build();
  TrainOptions options = small_options();
  options.validation = 0;
  CHECK_THROWS_AS(train({.model = model, .data = write_small_data(folder, 32)}, options), TrainingDiverged);
  CHECK(model.parameters()[0].tensor.detach().equal(at::zeros({1, 64})));
}

TEST_CASE("diverging twice in a row ends with a clear error and the best model so far") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 128);
  Model model = small_network();
  std::vector<int64_t> bad_steps{8, 9};
  TrainHooks hooks = poison(model, bad_steps, 1e20);
  std::vector<NamedTensor> best;
  hooks.epoch_end = [&](const EpochResult&) { best = copies_of(model_tensors(model)); };
  try {
    (void)train({.model = model, .data = data, .checkpoint = folder.file("last.pt")}, small_options(), hooks);
    FAIL("no error");
  } catch (const TrainingDiverged& error) {
    CHECK_THAT(error.what(), contains("diverged twice") && contains("learning rate") &&
                                 contains("epoch 2 of 3, batch 4 of 6"));
    CHECK(error.result.best_epoch == 0);
    CHECK(error.result.history.size() == 1);
  }
  CHECK(same_values(best, model_tensors(model)));
  CHECK(std::filesystem::exists(folder.file("last.pt")));
}

TEST_CASE("diverging again after a good state is another beginning") {
  const TemporaryFolder folder;
  Model model = small_network();
  std::vector<int64_t> bad_steps{2, 8, 14};  // once in each epoch
  TrainHooks hooks = poison(model, bad_steps, 1e20);
  double factor = 1;
  hooks.rolled_back = [&](const Rollback& rollback) { factor = rollback.rate_factor; };
  CHECK(
      train({.model = model, .data = write_small_data(folder, 128)}, small_options(), hooks).history.size() ==
      3);
  CHECK(factor == Approx(0.001));
}

TEST_CASE("an absurd learning rate ends with a clear error") {
  const TemporaryFolder folder;
  TrainOptions options = small_options();
  options.optimizer.learning_rate = 1000;
  options.optimizer.weight_decay = 10;
  options.epochs = 20;
  Model model = small_network();
  CHECK_THROWS_WITH(train({.model = model, .data = write_small_data(folder, 64)}, options),
                    contains("diverged twice") && contains("learning rate"));
  for (const auto& [name, tensor] : model.parameters()) CHECK(std::isfinite(tensor.sum().item<double>()));
}

TEST_CASE("a sample that is not finite is named") {
  const TemporaryFolder folder;
  std::vector<float> pixels(32 * 64, 0.5F);
  pixels[21 * 64 + 36] = std::numeric_limits<float>::infinity();
  const std::string bytes(reinterpret_cast<const char*>(pixels.data()), pixels.size() * sizeof(float));
  DataSpec data = write_unlabelled_data(folder, 32, "<f4", bytes);
  data.mean = data.std = {};
  Model model = small_network(), teacher = small_network();
  TrainOptions options = small_options();
  options.validation = 0;
  CHECK_THROWS_WITH(train({.model = model, .data = data, .teacher = &teacher}, options),
                    contains("NaN or infinity") && contains("sample 21") && contains("epoch 1 of 3, batch "));
}

TEST_CASE("weights that are not finite are refused before the first step") {
  const TemporaryFolder folder;
  Model model = small_network();
  model.parameters()[0].tensor.detach().fill_(std::nan(""));
  CHECK_THROWS_WITH(train({.model = model, .data = write_small_data(folder, 64)}, small_options()),
                    contains("parameters hold NaN"));
}

TEST_CASE("a rollback does not depend on where a run was stopped") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 128);
  TrainOptions options = small_options();
  const auto run = [&](const std::string& checkpoint, int64_t stop_at) {
    Model model = small_network();
    std::vector<int64_t> bad_steps{8};
    TrainHooks hooks = poison(model, bad_steps, 1e20);
    int64_t asked = 0;
    hooks.stop = [&] { return asked++ == stop_at; };
    try {
      (void)train({.model = model, .data = data, .checkpoint = checkpoint}, options, hooks);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::kInterrupted);
    }
    return saved_bytes(model, folder);
  };
  const std::string expected = run("", -1);
  // Asked at 6 batches, 2 of validation, and 2 batches; step 8 is the 11th.
  for (const int64_t stop_at : {10, 11, 13, 18}) {  // just before the rollback, just after, later
    INFO("stopped after " << stop_at);
    const std::string checkpoint = folder.file("last." + std::to_string(stop_at) + ".pt");
    options.resume = false;
    (void)run(checkpoint, stop_at);
    options.resume = true;
    Model model = small_network();
    std::vector<int64_t> bad_steps;
    if (stop_at <= 10) bad_steps.push_back(8);  // it was not yet met
    (void)train({.model = model, .data = data, .checkpoint = checkpoint}, options,
                poison(model, bad_steps, 1e20));
    CHECK((saved_bytes(model, folder) == expected));  // bytes are not to be printed
  }
}

TEST_CASE("how often checkpoints are written does not change the end") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 640);
  TrainOptions options = small_options();
  options.epochs = 2;
  options.batch_size = 8;  // 60 batches, two windows
  const std::string expected = train_to_bytes(data, options, folder);
  options.checkpoint_every = 1e-9;
  const std::string checkpoint = folder.file("last.pt");
  train_and_stop(data, options, checkpoint, 45);
  options.resume = true;
  std::vector<int64_t> steps;
  TrainHooks hooks;
  hooks.progress = [&](const TrainProgress& progress) { steps.push_back(progress.step); };
  CHECK(train_to_bytes(data, options, folder, checkpoint, hooks) == expected);
  CHECK(steps.at(0) == 31);  // the 15 steps since the last good state are run again
}

TEST_CASE("a disk that is full ends training, and the checkpoint of before is whole") {
  const TemporaryFolder folder;
  const DataSpec data = write_small_data(folder, 64);
  TrainOptions options = small_options();
  const std::string expected = train_to_bytes(data, options, folder), checkpoint = folder.file("last.pt");
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &limit) == 0);
  const auto before = std::signal(SIGXFSZ, SIG_IGN);  // a write then fails, as on a full disk
  TrainHooks hooks;
  hooks.epoch_end = [&](const EpochResult&) {
    const rlimit full{.rlim_cur = 1000, .rlim_max = limit.rlim_max};
    setrlimit(RLIMIT_FSIZE, &full);
  };
  std::string message;
  try {
    (void)train_to_bytes(data, options, folder, checkpoint, hooks);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kMachine) message = error.what();
  }
  setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, before);
  CHECK_THAT(message, contains("last.pt") && contains("File too large"));
  options.resume = true;
  std::vector<int64_t> steps;
  hooks = {.progress = [&](const TrainProgress& progress) { steps.push_back(progress.step); }};
  CHECK((train_to_bytes(data, options, folder, checkpoint, hooks) == expected));
  CHECK(steps.at(0) == 4);  // of the second epoch
}

TEST_CASE("the history is written after each epoch") {
  const TemporaryFolder folder;
  Model model = small_network();
  TrainHooks hooks;
  size_t epochs = 0;
  hooks.epoch_end = [&](const EpochResult&) {
    const auto json = nlohmann::json::parse(read_file(folder.file("history.json")));
    CHECK(json["epochs"].size() == ++epochs);
  };
  (void)train({.model = model, .data = write_small_data(folder, 64), .history = folder.file("history.json")},
              small_options(), hooks);
  CHECK(epochs == 3);
}

TEST_CASE("parameters may have a rate of their own") {
  const TemporaryFolder folder;
  Model model = small_network();
  const auto before = copies_of(model_tensors(model));
  (void)train({.model = model,
               .data = write_small_data(folder, 64),
               .rate_factor = [](const std::string& name) { return name == "conv.weight" ? 0.0 : 1.0; }},
              small_options());
  const auto after = model_tensors(model);
  for (size_t i = 0; i < model.parameters().size(); ++i)
    CHECK(after[i].tensor.equal(before[i].tensor) == (after[i].name == "model/conv.weight"));
}
