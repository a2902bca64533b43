#include "job/eval.h"

#include "workplace.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

EvalResult evaluate_file(const EvalOptions& options) {
  Progress progress;
  return run_eval(options, {{}, {}, progress});
}

}  // namespace

TEST_CASE("a model agrees with itself, and its int8 form nearly so") {
  const Workplace at;
  (void)run(at.options("out"));
  const auto itself = evaluate_file({.model = at.model, .data = at.data, .against = at.model});
  CHECK(itself.samples == 64);
  CHECK(itself.model.with_first.same() == 1);
  CHECK(itself.model.metric("top1")->value == itself.reference->metric("top1")->value);
  const auto int8 =
      evaluate_file({.model = at.folder / "out/model.int8.pt", .data = at.data, .against = at.model});
  CHECK(int8.model.with_first.same() > 0.9);
  CHECK(int8.model.with_first.cosine > 0.99);
}

TEST_CASE("without labels there must be a second model") {
  const Workplace at;
  put_samples(at.folder / "plain.npz", noise({8, 3, 7, 7}, 1), false);
  const EvalOptions options = {.model = at.model, .data = "npz:" + at.folder / "plain.npz"};
  CHECK_THAT(message_of([&] { (void)evaluate_file(options); }),
             contains("there is nothing to hold the model against"));
}

TEST_CASE("a chosen metric comes first, and one that is not there is refused before the model is read") {
  const Workplace at;
  const auto result = evaluate_file({.model = at.model, .data = at.data, .metric = "top5"});
  CHECK(result.model.metrics.at(0).info.name == "top5");
  CHECK_THAT(message_of([&] { (void)evaluate_file({.model = "none.pt", .data = at.data, .metric = "top"}); }),
             contains("unknown metric 'top'"));
}
