#include "measure/resampled_metric.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>

#include <cmath>

#include "answers.h"
#include "catch.h"
#include "measure/resampling.h"

using namespace qtool;

namespace {

/// The sum of outputs over that of targets; knows no samples.
class Ratio : public Metric {
 public:
  void add(const Answers& batch) override {
    above_ += batch.outputs.at(0).sum().item<double>();
    below_ += batch.targets.at(0).sum().item<double>();
  }
  [[nodiscard]] double value() const override { return above_ / below_; }
  [[nodiscard]] std::optional<std::string> warning() const override { return "a warning"; }

 private:
  double above_ = 0, below_ = 0;
};

std::unique_ptr<Metric> resampled() {
  MetricKind kind;
  kind.make = [](const std::string&) -> std::unique_ptr<Metric> { return std::make_unique<Ratio>(); };
  return make_resampled(kind, "net.pt");
}

}  // namespace

TEST_CASE("a replica is the metric of the samples as often as they are drawn, over batches") {
  const auto metric = resampled();
  add(*metric, at::tensor({1.0, 2.0}), at::tensor({4.0, 8.0}));
  add(*metric, at::tensor({3.0}), at::tensor({16.0}));
  CHECK(metric->value() == 6.0 / 28);
  CHECK(metric->warning() == "a warning");
  const auto replicas = metric->replicas();
  REQUIRE(replicas.size() == kReplicas);
  for (size_t r = 0; r < kReplicas; ++r) {
    double above = 0, below = 0;
    for (int i = 0; i < 3; ++i) {
      above += (i + 1) * times_drawn(i)[r];
      below += std::pow(2, i + 2) * times_drawn(i)[r];
    }
    if (below > 0) CHECK(replicas[r] == Approx(above / below));
  }
}

TEST_CASE("where outputs or targets have no row for each sample there are no replicas, but a value") {
  const auto metric = resampled();
  add(*metric, at::ones({2}), at::ones({2}));
  add(*metric, at::ones({3}), at::ones({2}));
  CHECK(metric->replicas().empty());
  CHECK(metric->value() == 1.25);
  const auto scalar = resampled();
  add(*scalar, at::ones({2}), at::ones({}));
  CHECK(scalar->replicas().empty());
}
