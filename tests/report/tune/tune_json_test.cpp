#include <limits>

#include "catch.h"
#include "report/tune/sample_search.h"

using namespace qtool;

TEST_CASE("tune.json is read back as it was written") {
  const auto text = tune_json(sample_search());
  CHECK(tune_json(read_tune_report(text, "tune.json")) == text);
  CHECK(!read_tune_report(text, "tune.json").layers[1].choices[1].noise);
}

TEST_CASE("noise that is no number is read back as infinite") {
  auto report = sample_search();
  report.layers[0].choices[2].noise = std::numeric_limits<double>::infinity();
  const auto read = read_tune_report(tune_json(report), "tune.json");
  CHECK(read.layers[0].choices[2].noise == std::numeric_limits<double>::infinity());
}

TEST_CASE("a file that tells of no search is refused") {
  auto text = tune_json(sample_search());
  const auto with = [&](const std::string& from, const std::string& to) {
    auto changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return changed;
  };
  for (const auto& bad : {std::string("{"), std::string("{}"), with("\"schema\": 1", "\"schema\": 2"),
                          with("\"best\": 2", "\"best\": 7"), with("\"trials\": [", "\"trials\": [1, "),
                          with("\"unit\": \"%\"", "\"unit\": 3")})
    CHECK_THROWS_WITH(read_tune_report(bad, "tune.json"),
                      contains("the file does not tell of a search") && contains("tune.json"));
}

TEST_CASE("places in a file of a search lie inside its lists") {
  const auto refusal = [](TuneReport report) {
    try {
      (void)read_tune_report(tune_json(report), "tune.json");
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  auto report = sample_search();
  report.trials[1].bits = {4};
  CHECK_THAT(refusal(report), contains("a trial has bits of other layers"));
  report = sample_search();
  report.best.reset();
  CHECK(refusal(report).empty());
}

TEST_CASE("a drop of no value is read back as infinitely bad, without an interval") {
  auto report = sample_search();
  report.trials[1].simulated = {std::numeric_limits<double>::quiet_NaN(), {}, {}, 0};
  const auto read = read_tune_report(tune_json(report), "tune.json");
  CHECK(read.trials[1].simulated.value == std::numeric_limits<double>::infinity());
  CHECK_FALSE(read.trials[1].simulated.low);
  CHECK_FALSE(read.trials[1].drop);
}
