#include "train/training_state.h"

#include <ATen/Context.h>
#include <ATen/ops/rand.h>

#include "catch.h"
#include "core/error.h"
#include "small_problem.h"

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
  TrainingState state{.epoch = 1, .batch = 7, .step = 19, .loss_sum = 1.5, .right = 3, .samples = 4};
  state.history = {{.epoch = 0, .loss = 0.5, .validation_accuracy = 0.75}};
  state.best_epoch = 0;
  state.best = snapshot(model_tensors(model));
  at::manual_seed(11);
  save_checkpoint(path, state, model, *optimizer, "same");
  const at::Tensor next_random = at::rand({4});

  Model other = small_network();
  for (const auto& parameter : other.parameters()) parameter.tensor.detach().zero_();
  const auto other_optimizer = make_optimizer({}, other.parameters());
  const TrainingState loaded = load_checkpoint(path, other, *other_optimizer, "same");
  CHECK(loaded.epoch == 1);
  CHECK(loaded.batch == 7);
  CHECK(loaded.step == 19);
  CHECK(loaded.loss_sum == 1.5);
  CHECK(loaded.right == 3);
  CHECK(loaded.samples == 4);
  REQUIRE(loaded.history.size() == 1);
  CHECK(loaded.history[0].validation_accuracy == 0.75);
  CHECK(loaded.best.size() == state.best.size());
  CHECK(other.parameters()[0].tensor.equal(model.parameters()[0].tensor));
  CHECK(other_optimizer->state()[0].tensor.equal(optimizer->state()[0].tensor));
  CHECK(at::rand({4}).equal(next_random));
}

TEST_CASE("a checkpoint of other options names the first that differs") {
  const TemporaryFolder folder;
  const Model model = small_network();
  const auto optimizer = make_optimizer({}, model.parameters());
  const std::string path = folder.file("last.pt");
  save_checkpoint(path, {}, model, *optimizer, run_identity(kData, {.epochs = 5}));
  CHECK_THROWS_WITH(load_checkpoint(path, model, *optimizer, run_identity(kData, {.epochs = 6})),
                    contains("epochs: 5") && contains("epochs: 6"));
}

TEST_CASE("resume itself is no part of what a run is") {
  CHECK(run_identity(kData, {.resume = true}) == run_identity(kData, {.resume = false}));
  CHECK(run_identity(kData, {.seed = 1}) != run_identity(kData, {.seed = 2}));
  CHECK(run_identity(kData, {}) != run_identity(parse_data_spec("idx:/other"), {}));
}

TEST_CASE("tensors of another model are refused by name") {
  const Model model = small_network();
  auto values = snapshot(model_tensors(model));
  values[1].name = "model/other";
  CHECK_THROWS_WITH(restore(model_tensors(model), values, "file.pt"), contains("model/other"));
  values.pop_back();
  CHECK_THROWS_AS(restore(model_tensors(model), values, "file.pt"), Error);
}
