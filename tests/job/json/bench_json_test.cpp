#include "job/json/bench_json.h"

#include "base/error.h"
#include "catch.h"

using namespace qtool;

TEST_CASE("latencies are read back from their JSON") {
  BenchResult result{.warnings = {"warm"}};
  result.rows.push_back({.latency = {.name = "a.pt", .batch = 8, .runs = 3, .min_ms = 1, .median_ms = 2},
                         .runtime = "LibTorch",
                         .ratio = 0.5});
  const auto read = read_bench_json(to_json(result));
  REQUIRE(read.rows.size() == 1);
  CHECK(read.rows[0].latency.name == "a.pt");
  CHECK(read.rows[0].latency.batch == 8);
  CHECK(read.rows[0].latency.median_ms == 2);
  CHECK(read.rows[0].runtime == "LibTorch");
  CHECK(read.rows[0].ratio == 0.5);
  CHECK(read.warnings == result.warnings);
}

TEST_CASE("a latency that is text is refused by its place") {
  CHECK_THROWS_WITH(read_bench_json(R"({"rows": [{"model": "a", "batch": "8"}]})"),
                    contains("standard output: rows[0].batch") && contains("a whole number"));
}
