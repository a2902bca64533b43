#include "train/history.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "catch.h"

using namespace qtool;

TEST_CASE("one object for each epoch, and null for what is not a number") {
  const std::vector<EpochResult> history{{.epoch = 0,
                                          .loss = 0.5,
                                          .score = 80,
                                          .validation_score = std::nan(""),
                                          .learning_rate = 0.1,
                                          .seconds = 2},
                                         {.epoch = 1, .validation_score = 75}};
  const auto json = nlohmann::json::parse(history_json(history, {.name = "top1"}, 1));
  CHECK(json["best_epoch"] == 1);
  CHECK(json["metric"]["name"] == "top1");
  REQUIRE(json["epochs"].size() == 2);
  CHECK(json["epochs"][0]["loss"] == 0.5);
  CHECK(json["epochs"][0]["score"] == 80);
  CHECK(json["epochs"][0]["validation_score"].is_null());
  CHECK(json["epochs"][0]["learning_rate"] == 0.1);
  CHECK(json["epochs"][0]["seconds"] == 2);
  CHECK(json["epochs"][1]["validation_score"] == 75);
}

TEST_CASE("before there is a best epoch it is null") {
  CHECK(nlohmann::json::parse(history_json({}, {}, -1))["best_epoch"].is_null());
}
