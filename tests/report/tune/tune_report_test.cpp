#include "report/tune/tune_report.h"

#include <limits>

#include "base/error.h"
#include "catch.h"
#include "report/sample_report.h"

using namespace qtool;

namespace {

TuneTrial written(std::vector<int64_t> bits, double drop, int64_t bytes) {
  return {.bits = std::move(bits),
          .simulated = {.value = drop, .samples = 100},
          .drop = TuneDrop{drop, drop - 1, drop + 1, 1000},
          .bytes = bytes,
          .latency_ms = 2.5,
          .sha256 = "ab",
          .seconds = 3};
}

/// Untuned, a screen, one that is met, one that is not, and one that another one beats.
TuneReport sample() {
  TuneReport report{.identity = {{"qtool", "1.2.3"}, {"data", "random:3x8x8"}},
                    .model = "nets/net.pt",
                    .data = "random:3x8x8",
                    .metric = top1_info(),
                    .max_drop = 0.5,
                    .float_bytes = 4000,
                    .calibrator = "mse",
                    .calibrators = {{"minmax", 40}, {"mse", 41.5}}};
  report.layers = {{"conv", "aten::conv2d", 100, {{0, 0.0, 400}, {8, 1e-5, 100}, {4, 1e-3, 50}}},
                   {"fc", "aten::linear", 10, {{0, 0.0, 40}, {8, {}, 10}}}};
  report.trials = {written({8, 8}, 0.1, 1000),
                   {.bits = {4, 8}, .quick = true, .simulated = {0.4, {}, {}, 100}},
                   written({4, 8}, 0.3, 600),
                   written({4, 0}, 0.9, 500),
                   written({8, 0}, 0.2, 1100)};
  report.best = 2;
  return report;
}

}  // namespace

TEST_CASE("tune.json is read back as it was written") {
  const auto text = tune_json(sample());
  CHECK(tune_json(read_tune_report(text, "tune.json")) == text);
  CHECK(!read_tune_report(text, "tune.json").layers[1].choices[1].noise);
}

TEST_CASE("noise that is no number is read back as infinite") {
  auto report = sample();
  report.layers[0].choices[2].noise = std::numeric_limits<double>::infinity();
  const auto read = read_tune_report(tune_json(report), "tune.json");
  CHECK(read.layers[0].choices[2].noise == std::numeric_limits<double>::infinity());
}

TEST_CASE("a file that tells of no search is refused") {
  auto text = tune_json(sample());
  const auto with = [&](const std::string& from, const std::string& to) {
    auto changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return changed;
  };
  for (const auto& bad : {std::string("{"), std::string("{}"), with("\"schema\": 1", "\"schema\": 2"),
                          with("\"best\": 2", "\"best\": 7"), with("\"trials\": [", "\"trials\": [1, "),
                          with("\"unit\": \"%\"", "\"unit\": 3")})
    CHECK_THROWS_AS(read_tune_report(bad, "tune.json"), Error);
}

TEST_CASE("the front of a search has the files that none beats in size and drop") {
  CHECK(tune_front(sample()) == std::vector<size_t>{3, 2, 0});
}

TEST_CASE("the headline says whether the target is met, and how small the best is") {
  CHECK(tune_headline(sample()) ==
        "top-1: 0.30 points lost, at most 0.50 asked for; 600 B, 0.60 of the untuned file; 5 trials, more to "
        "try.");
  auto report = sample();
  report.max_drop = 0.05;
  report.best = 0;
  report.finished = true;
  CHECK(tune_headline(report) ==
        "top-1: 0.10 points lost, more than the 0.05 asked for; 1.0 kB; 5 trials, nothing left to try.");
}

TEST_CASE("tune.md has a row for each trial and layer") {
  const auto text = tune_markdown(sample());
  CHECK_THAT(text, contains("| 2 | 1 x 8, 1 x 4; quick | 0.40 | 100 | - | - | seems to meet it |"));
  CHECK_THAT(
      text,
      contains("| 4 | 1 x 4, 1 x float | 0.90 (-0.10 to 1.90) | 1000 | 500 B | 2.50 | loses too much |"));
  CHECK_THAT(text, contains("| `conv` | 100 | 4 | 1e-05 | - | 0.001 | - | - |"));
}

TEST_CASE("tune.html holds the search") { CHECK_THAT(tune_html(sample()), contains("href=\"tune.md\"")); }
