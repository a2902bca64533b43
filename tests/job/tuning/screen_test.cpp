#include "job/tuning/screen.h"

#include <ATen/core/grad_mode.h>

#include "catch.h"
#include "job/workplace.h"

using namespace qtool;

namespace {

/// Of four features; the answers are the features, times a weight.
Model scaled() { return build({"return torch.mul(x, w)", {{"w", {4}}}, {2, 4}}); }

void set_weight(Model& model, double weight) {
  const at::NoGradGuard no_grad;
  model.parameters()[0].tensor.fill_(weight);
}

}  // namespace

TEST_CASE("a simulation is held against what the float model said at first, on so many samples") {
  const TemporaryFolder folder;
  put_samples(folder / "x.npz", noise({50, 4}, 5), /*labelled=*/false);
  TuneOptions options;
  options.screened_samples = 20;
  JobData data("npz:" + folder / "x.npz");
  auto model = scaled(), simulated = scaled();
  set_weight(model, 1);
  set_weight(simulated, -1);  // each answer is another class
  Screen screen(model, options, data);
  Progress progress;
  const auto first = screen.run(simulated, progress);
  CHECK(first.drop.samples == 20);
  CHECK(first.drop.value > 50);
  set_weight(model, -1);  // which it is not asked for again
  CHECK(screen.run(simulated, progress).drop.value == first.drop.value);
  set_weight(simulated, 1);
  CHECK(screen.run(simulated, progress).drop.value == 0);
}

TEST_CASE("no more samples are screened than verification takes") {
  const TemporaryFolder folder;
  put_samples(folder / "x.npz", noise({50, 4}, 5), /*labelled=*/false);
  TuneOptions options;
  JobData data("npz:" + folder / "x.npz");
  auto model = scaled();
  Progress progress;
  CHECK(Screen(model, options, data).run(model, progress).drop.samples == 50);
  options.verify_samples = 7;
  CHECK(Screen(model, options, data).run(model, progress).drop.samples == 7);
}
