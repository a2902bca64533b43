#include "train/training_state.h"

#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/rand.h>

#include <cmath>
#include <functional>

#include "base/error.h"
#include "catch.h"
#include "small_problem.h"
#include "train/checkpoint.h"

using namespace qtool;

namespace {

const DataSpec kData = parse_data_spec("idx:/data");

}  // namespace

TEST_CASE("everything a run depends on comes back") {
  const TemporaryFolder folder;
  const std::string path = folder.file("last.pt");
  const Model model = small_network();
  const auto optimizer = make_optimizer({}, model.parameters());
  optimizer->state()[0].tensor.fill_(0.25);
  TrainingState state{.epoch = 1, .batch = 7, .step = 19, .loss_sum = 1.5, .score_sum = 3, .samples = 4};
  state.history = {{.epoch = 0, .loss = 0.5, .validation_score = 75}};
  state.best_epoch = {.kept = 2, .highest = 1, .highest_score = 0.875};
  state.best = copies_of(model_tensors(model));
  state.lowest_loss = 0.125;
  state.rate_factor = 0.1;
  state.retries = 1;
  state.metric = "top1";
  at::manual_seed(11);
  Snapshot snapshot;
  take_snapshot(state, model, *optimizer, snapshot);
  save_checkpoint(path, snapshot, "same");
  const at::Tensor next_random = at::rand({4});

  Model other = small_network();
  for (const auto& parameter : other.parameters()) parameter.tensor.detach().zero_();
  const auto other_optimizer = make_optimizer({}, other.parameters());
  const Snapshot loaded = load_checkpoint(path, "same");
  restore(loaded, other, *other_optimizer, path);
  CHECK(loaded.state.epoch == 1);
  CHECK(loaded.state.batch == 7);
  CHECK(loaded.state.step == 19);
  CHECK(loaded.state.loss_sum == 1.5);
  CHECK(loaded.state.score_sum == 3);
  CHECK(loaded.state.samples == 4);
  CHECK(loaded.state.lowest_loss == 0.125);
  CHECK(loaded.state.rate_factor == 0.1);
  CHECK(loaded.state.retries == 1);
  CHECK(loaded.state.metric == "top1");
  CHECK(loaded.state.best_epoch.kept == 2);
  CHECK(loaded.state.best_epoch.highest == 1);
  CHECK(loaded.state.best_epoch.highest_score == 0.875);
  REQUIRE(loaded.state.history.size() == 1);
  CHECK(loaded.state.history[0].validation_score == 75);
  CHECK(loaded.state.best.size() == state.best.size());
  CHECK(other.parameters()[0].tensor.equal(model.parameters()[0].tensor));
  CHECK(other_optimizer->state()[0].tensor.equal(optimizer->state()[0].tensor));
  CHECK(at::rand({4}).equal(next_random));
}

TEST_CASE("a snapshot is a copy, and taking another one reuses its memory") {
  const Model model = small_network();
  const auto optimizer = make_optimizer({}, model.parameters());
  const at::Tensor weight = model.parameters()[0].tensor.detach();
  Snapshot snapshot;
  take_snapshot({}, model, *optimizer, snapshot);
  const at::Tensor before = weight.clone(), kept = snapshot.tensors[0].tensor;
  weight.add_(1);
  CHECK(kept.equal(before));
  take_snapshot({.step = 2}, model, *optimizer, snapshot);
  CHECK(snapshot.state.step == 2);
  CHECK(snapshot.tensors[0].tensor.is_same(kept));
  CHECK(kept.equal(weight));
  weight.zero_();
  restore(snapshot, model, *optimizer, "");
  CHECK(weight.equal(before + 1));
}

TEST_CASE("a checkpoint of other options names the first that differs") {
  const TemporaryFolder folder;
  Model model = small_network();
  const TrainTask task{.model = model, .data = kData};
  const auto optimizer = make_optimizer({}, model.parameters());
  const std::string path = folder.file("last.pt");
  Snapshot snapshot;
  take_snapshot({}, model, *optimizer, snapshot);
  save_checkpoint(path, snapshot, run_identity(task, {.epochs = 5}));
  CHECK_THROWS_WITH(load_checkpoint(path, run_identity(task, {.epochs = 6})),
                    contains("epochs: 5") && contains("epochs: 6"));
}

TEST_CASE("what does not change the end is no part of what a run is") {
  Model model = small_network(), teacher = small_network();
  TrainTask task{.model = model, .data = kData};
  const std::string identity = run_identity(task, {});
  CHECK(run_identity(task, {.resume = true}) == identity);
  CHECK(run_identity(task, {.checkpoint_every = 1}) == identity);
  CHECK(run_identity(task, {.seed = 1}) != identity);
  task.teacher = &teacher;
  CHECK(run_identity(task, {}) != identity);
  task.teacher = nullptr;
  task.identity = "weight_bits: 4\n";
  CHECK(run_identity(task, {}) != identity);
  CHECK(run_identity({.model = model, .data = parse_data_spec("idx:/other")}, {}) != identity);
}

TEST_CASE("tensors of another model are refused by name") {
  const Model model = small_network();
  auto values = copies_of(model_tensors(model));
  values[1].name = "model/other";
  CHECK_THROWS_WITH(copy_into(model_tensors(model), values, "file.pt"), contains("model/other"));
  values.pop_back();
  CHECK_THROWS_AS(copy_into(model_tensors(model), values, "file.pt"), Error);
}

TEST_CASE("a checkpoint whose numbers are no state of training is refused") {
  const TemporaryFolder folder;
  const std::string path = folder.file("last.pt");
  const Model model = small_network();
  Snapshot snapshot;
  take_snapshot({.epoch = 1, .history = {{.epoch = 0}}}, model, *make_optimizer({}, model.parameters()),
                snapshot);
  save_checkpoint(path, snapshot, "same");
  const auto load_with = [&](const std::function<at::Tensor(const at::Tensor&)>& damage) {
    auto tensors = load_named_tensors(path);
    for (auto& [name, tensor] : tensors)
      if (name == "run/numbers") tensor = damage(tensor);
    save_tensors(folder.file("damaged.pt"), tensors);
    return load_checkpoint(folder.file("damaged.pt"), "same");
  };
  const auto with_first = [&](double value) {
    return load_with([&](const at::Tensor& numbers) {
      numbers[0].fill_(value);
      return numbers;
    });
  };
  CHECK(with_first(1).state.epoch == 1);
  for (const double epoch : {-3.1e231, 1e15, -1.0, 2.0, 0.0, double(NAN)})
    CHECK_THROWS_AS(with_first(epoch), Error);
  CHECK_THROWS_AS(load_with([](const at::Tensor& numbers) { return numbers.narrow(0, 0, 4).clone(); }),
                  Error);
  CHECK_THROWS_AS(load_with([](const at::Tensor& numbers) { return numbers.to(at::kFloat); }), Error);
}
