#include "job/training_progress.h"

#include "catch.h"

using namespace qtool;

namespace {

struct Shown : Progress {
  void update(int64_t done, int64_t total, const std::string& text) override {
    line = std::to_string(done) + "/" + std::to_string(total) + " " + text;
  }
  std::string line = {};
};

}  // namespace

TEST_CASE("a step shows its epoch from 1, loss, score and speed") {
  Shown shown;
  std::vector<std::string> warnings;
  const auto hooks = training_hooks(shown, warnings);
  TrainProgress at{.epoch = 1, .epochs = 3, .step = 7, .steps = 12, .loss = 0.5, .score = 25};
  at.metric = {.name = "top1", .title = "top-1", .unit = "%"};
  at.images_per_second = 99.6;
  hooks.progress(at);
  CHECK(shown.line == "7/12 epoch 2/3, loss 0.5000, top-1 25.00 %, 100 images/s");
  at.metric = {.name = "mae", .title = "mean error"};
  hooks.progress(at);
  CHECK_THAT(shown.line, contains("mean error 25, "));
}

TEST_CASE("a rollback is a warning") {
  Progress nobody;
  std::vector<std::string> warnings;
  training_hooks(nobody, warnings).rolled_back({.where = "epoch 2 of 3, batch 17 of 445"});
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0], contains("the loss diverged in epoch 2 of 3, batch 17 of 445"));
}
