#include "job/json/train_json.h"

#include <cmath>

#include "catch.h"

using namespace qtool;

namespace {

TrainJobResult trained() {
  TrainJobResult result{.parameters = 5, .directory = "out"};
  result.train.metric = {.name = "mae", .title = "mean error", .better = Better::kLower};
  result.train.history = {{.epoch = 0, .loss = 3, .validation_score = 4},
                          {.epoch = 1, .loss = 1, .validation_score = 2}};
  result.train.best_epoch = 1;
  return result;
}

}  // namespace

TEST_CASE("the best epoch of a training is read back from its JSON") {
  const auto read = read_train_json(to_json(trained()));
  CHECK(read.parameters == 5);
  CHECK(read.directory == "out");
  CHECK(read.train.metric.title == "mean error");
  CHECK(read.train.metric.better == Better::kLower);
  REQUIRE(read.train.history.size() == 1);
  CHECK(read.train.history[0].epoch == 1);
  CHECK(read.train.history[0].validation_score == 2);
}

TEST_CASE("what an epoch did not measure is not a number afterwards") {
  auto result = trained();
  result.train.history[1].validation_score = std::nan("");
  CHECK(std::isnan(read_train_json(to_json(result)).train.history[0].validation_score));
}
