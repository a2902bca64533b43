#include "job/verify.h"

#include <torch/version.h>

#include "base/error.h"
#include "catch.h"
#include "graph/read/read_model.h"
#include "job/output_step.h"
#include "job/workplace.h"

using namespace qtool;

namespace {

VerifyResult verified(const VerifyOptions& options) {
  CommonOptions common;
  common.threads = 1;
  Progress progress;
  return run_verify(options, {common, "", progress});
}

VerifyOptions options_for(const Workplace& at) { return {.folder = at.folder / "out", .data = at.data}; }

/// A shell's script with the three paths as $1, $2 and $3.
RunnerCommand shell(const std::string& script) {
  return {.command = "sh -c '" + script + "' sh {model} {inputs} {outputs}", .limit_s = 20};
}

}  // namespace

#if TORCH_VERSION_MAJOR >= 2  // libtorch-onednn has its operators since then
TEST_CASE("each file of a job is run, and held against the simulated model") {
  const Workplace at;
  auto job = at.options("out");
  job.target = {"libtorch-onednn", "libtorch"};
  const auto report = run(job).report;
  REQUIRE(report.targets.size() == 2);
  CHECK(report.targets[0].rung == "int8");
  CHECK(report.targets[1].rung == "libtorch");
  CHECK(report.rung("libtorch"));
  CHECK(report.targets[1].simulated);
  const auto result = verified(options_for(at));
  CHECK(result.samples == 64);
  REQUIRE(result.files.size() == 2);
  CHECK(result.files[0].file == "model.int8.pt");
  CHECK(result.files[1].file == "model.int8.onednn.pt");
  for (const auto& file : result.files) {
    CHECK_THAT(file.runtime, contains("LibTorch"));
    CHECK(file.not_run.empty());
    CHECK(file.difference.max_steps <= 1);
    CHECK(file.evaluation.metric("top1"));
  }
}
#endif

TEST_CASE("the step of the output is that of the job's report") {
  const Workplace at;
  const auto report = run(at.options("out")).report;
  const double step = output_step(read_model(at.folder / "out/model.fakequant.pt"));
  REQUIRE(report.layers.back().scale_max);
  CHECK(step == Approx(*report.layers.back().scale_max));
}

TEST_CASE("a runner runs the file of the target that is named, and what it gives must be comparable") {
  const Workplace at;
  (void)run(at.options("out"));
  auto options = options_for(at);
  options.target = {"libtorch"};
  options.runner = shell("cp \"$2\" \"$3\"");
  CHECK_THROWS_WITH(verified(options), contains("a file gives other outputs than its simulation") &&
                                           contains("model.int8.pt, run by the runner") &&
                                           contains("1 output: [64, 3, 7, 7]") &&
                                           contains("1 output: [64, 5]"));
}

TEST_CASE("what is no folder of a job, or lacks the file that is asked for, is refused") {
  const Workplace at;
  CHECK_THROWS_WITH(verified(options_for(at)), contains("no model.fakequant.pt"));
  (void)run(at.options("out"));
  auto options = options_for(at);
  options.target = {"libtorch-onednn"};
  CHECK_THROWS_WITH(verified(options), contains("no model.int8.onednn.pt"));
}
