#include "measure/latency.h"

#include "catch.h"

using namespace qtool;

TEST_CASE("quantiles are linear between neighbours") {
  const std::vector<double> values = {1, 2, 4, 8};
  CHECK(quantile(values, 0) == 1);
  CHECK(quantile(values, 0.5) == 3);
  CHECK(quantile(values, 0.25) == 1.75);
  CHECK(quantile(values, 1) == 8);
  CHECK(quantile(std::vector<double>{7}, 0.5) == 7);
}

TEST_CASE("subjects take turns, after a warm-up of each, for each batch size") {
  std::string order;
  const auto subject = [&](char letter) {
    return Timed{.name = std::string(1, letter), .prepare = [&order, letter](int64_t batch) {
                   order += std::to_string(batch);
                   return [&order, letter] { order += letter; };
                 }};
  };
  const std::vector<Timed> subjects = {subject('a'), subject('b')};
  Progress progress;
  const auto latencies =
      measure_latency(subjects, {.batch = {1, 8}, .warm_up = 1, .rounds = 2, .runs = 3}, progress);
  CHECK(order ==
        "11ab"
        "aaabbbaaabbb"
        "88ab"
        "aaabbbaaabbb");
  REQUIRE(latencies.size() == 4);
  CHECK(latencies[1].name == "b");
  CHECK(latencies[2].batch == 8);
  CHECK(latencies[3].runs == 6);
  CHECK(latencies[0].min_ms <= latencies[0].lower_quartile_ms);
  CHECK(latencies[0].lower_quartile_ms <= latencies[0].median_ms);
  CHECK(latencies[0].median_ms <= latencies[0].upper_quartile_ms);
}

TEST_CASE("what times itself elsewhere is asked once for each batch size, for all of its runs") {
  const std::vector<Timed> subjects = {{.name = "here", .prepare = [](int64_t) { return [] {}; }},
                                       {.name = "elsewhere", .elsewhere = [](int64_t batch, int64_t runs) {
                                          return std::vector<double>(size_t(runs), double(batch));
                                        }}};
  Progress progress;
  const auto latencies =
      measure_latency(subjects, {.batch = {1, 8}, .warm_up = 1, .rounds = 2, .runs = 3}, progress);
  REQUIRE(latencies.size() == 4);
  CHECK(latencies[1].name == "elsewhere");
  CHECK(latencies[1].median_ms == 1);
  CHECK(latencies[3].median_ms == 8);
  CHECK(latencies[3].runs == 6);
}
