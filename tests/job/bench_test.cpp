#include "job/bench.h"

#include <ATen/ops/full.h>

#include "base/error.h"
#include "catch.h"
#include "data/npz_tensors.h"
#include "job/workplace.h"

using namespace qtool;

namespace {

BenchResult bench(const BenchOptions& options, bool dry_run = false) {
  CommonOptions common;
  common.dry_run = dry_run;
  Progress progress;
  return run_bench(options, {common, {}, progress});
}

BenchOptions options_of(const Workplace& at, const std::string& shape) {
  return {.models = {at.model, at.model},
          .shape = shape,
          .latency = {.batch = {1, 2}, .warm_up = 0, .rounds = 1, .runs = 1},
          .folded = false};
}

}  // namespace

TEST_CASE("rows come by batch size, then by model, each against the first model at its size") {
  const Workplace at;
  const auto result = bench(options_of(at, "3x7x7"));
  REQUIRE(result.rows.size() == 4);
  const int64_t sizes[] = {1, 1, 2, 2};
  for (size_t i = 0; i < 4; ++i) CHECK(result.rows[i].latency.batch == sizes[i]);
  CHECK(result.rows[0].ratio == 1);
  CHECK(result.rows[2].ratio == 1);
  CHECK(result.rows[3].ratio == Approx(result.rows[3].latency.median_ms / result.rows[2].latency.median_ms));
  CHECK(result.rows[0].operators.entries.empty());
}

TEST_CASE("of several models the first is timed folded and frozen, too, where it is a float model") {
  const Workplace at;
  auto options = options_of(at, "3x7x7");
  options.folded = true;
  const auto rows = bench(options).rows;
  REQUIRE(rows.size() == 6);
  CHECK(rows[1].latency.name == at.model + ", folded and frozen");
  CHECK(rows[2].ratio == Approx(rows[2].latency.median_ms / rows[0].latency.median_ms));
  options.models = {run(at.options("out")).directory + "/model.int8.pt", at.model};
  CHECK(bench(options).rows.size() == 4);
  options.models = {at.model};
  CHECK(bench(options).rows.size() == 2);
}

TEST_CASE("as a client means LibTorch's own engine, and no other") {
  const Workplace at;
  auto options = options_of(at, "3x7x7");
  options.as_client = true;
  CHECK(bench(options).rows.size() == 4);
  options.engine = Engine::kOnednn;
  CHECK_THROWS_WITH(bench(options), contains("--as-client"));
}

TEST_CASE("a dry run times nothing, but opens all") {
  const Workplace at;
  CHECK(bench(options_of(at, "3x7x7"), true).rows.empty());
  auto options = options_of(at, "3x7x7");
  options.models.push_back(at.folder / "missing.pt");
  CHECK_THROWS_AS(bench(options, true), Error);
}

TEST_CASE("inputs come from data or from a shape, and are enough for the largest batch") {
  const Workplace at;
  CHECK_THROWS_WITH(bench(options_of(at, "")), contains("neither --data nor --shape"));
  auto options = options_of(at, "3x7x7");
  options.data = at.data;
  CHECK_THROWS_WITH(bench(options), contains("both --data and --shape"));
  options.shape = "";
  options.latency.batch = {65};
  CHECK_THROWS_WITH(bench(options), contains("64 samples") && contains("at least 65"));
  options.latency.batch = {};
  CHECK_THROWS_WITH(bench(options), contains("no batch size"));
}

TEST_CASE("a runner times the last file, and must be able to") {
  const Workplace at;
  auto options = options_of(at, "3x7x7");
  const auto told = at.folder / "told.npz";
  write_npz(told, {"output_0", "latency_ms"}, {at::full({1}, 0.5), at::full({1}, 3.0, at::kDouble)});
  options.runner.command = "sh -c 'cp " + told + " $3' sh {model} {inputs} {outputs} {runs}";
  const auto rows = bench(options).rows;
  REQUIRE(rows.size() == 4);
  CHECK(rows[1].latency.median_ms == 3);
  CHECK(rows[1].runtime.find("runner") != std::string::npos);
  CHECK(rows[0].runtime.find("runner") == std::string::npos);

  options.models.pop_back();
  CHECK_THROWS_WITH(bench(options), contains("must be told the names of the inputs"));
  options = options_of(at, "3x7x7");
  options.runner.command = "sh -c true {model} {inputs} {outputs}";
  CHECK_THROWS_WITH(bench(options), contains("does not say where {runs} goes"));
}
