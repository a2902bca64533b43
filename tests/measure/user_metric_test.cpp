#include "measure/user_metric.h"

#include <ATen/ops/tensor.h>
#include <torch/csrc/jit/api/module.h>
#include <unistd.h>

#include <filesystem>

#include "answers.h"
#include "catch.h"
#include "graph/builder.h"

using namespace qtool;

namespace {

/// What a module of a metric has.
struct Source {
  std::vector<std::string> methods;
  std::string name = "my loss.pt", unit = "";
  std::optional<bool> higher_is_better = false;
};

std::shared_ptr<const MetricKind> kind_of(const Source& source) {
  ModuleBuilder builder("Metric");
  builder.buffer("sum", at::tensor(0.0, at::kDouble));
  for (const auto& method : source.methods) builder.define("def " + method);
  const auto model = builder.build();
  auto module = model.module();
  if (source.higher_is_better)
    module.register_attribute("higher_is_better", c10::BoolType::get(), *source.higher_is_better);
  if (!source.unit.empty()) module.register_attribute("unit", c10::StringType::get(), source.unit);
  const auto folder = std::filesystem::temp_directory_path() / ("qtool_metric." + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  module.save(folder / source.name);
  std::shared_ptr<const MetricKind> kind;
  try {
    kind = user_metric(folder / source.name);
  } catch (...) {
    std::filesystem::remove_all(folder);
    throw;
  }
  std::filesystem::remove_all(folder);
  return kind;
}

const std::string kError = "forward(self, outputs, targets):\n  return (outputs - targets).abs()";
const std::string kUpdate = "update(self, outputs, targets):\n  self.sum.add_((outputs - targets).sum())";
const std::string kCompute = "compute(self):\n  return self.sum";

}  // namespace

TEST_CASE("forward() gives a value for each sample, of which the metric is the mean") {
  const auto kind = kind_of({{kError}, "my loss.pt", "dB"});
  CHECK(kind->info.name == "my_loss");
  CHECK(kind->info.title == "my_loss");
  CHECK(kind->info.unit == "dB");
  CHECK(kind->info.better == Better::kLower);
  CHECK_FALSE(kind->resampled);
  const auto metric = kind->make("net.pt");
  add(*metric, at::tensor({1.0, 5.0}), at::tensor({2.0, 2.0}));
  CHECK(metric->samples() == std::vector<double>{1, 3});
  CHECK(metric->value() == 2);
  CHECK_FALSE(metric->warning());
  add(*metric, at::tensor({INFINITY}), at::tensor({0.0}));
  CHECK_THAT(*metric->warning(), contains("gave inf for sample 2, which is no number"));
  CHECK_THROWS_WITH(
      add(*metric, at::tensor({1.0, 2.0}).reshape({1, 2}), at::tensor({1.0, 2.0}).reshape({1, 2})),
      contains("gives no value for each sample") && contains("a Tensor [1]") && contains("net.pt"));
}

TEST_CASE("update() and compute() give one value of all, each metric from the file's state") {
  const auto kind = kind_of({{kUpdate, kCompute}, "top1.pt", "", true});
  CHECK(kind->info.name == "top1_pt");  // top1 is one of qtool's own
  CHECK(kind->info.better == Better::kHigher);
  CHECK(kind->resampled);
  const auto metric = kind->make("net.pt");
  CHECK(std::isnan(metric->value()));
  add(*metric, at::tensor({1.0, 5.0}), at::tensor({0.0, 0.0}));
  add(*metric, at::tensor({2.0}), at::tensor({0.0}));
  CHECK(metric->value() == 8);
  const auto other = kind->make("net.pt");
  add(*other, at::tensor({1.0}), at::tensor({0.0}));
  CHECK(other->value() == 1);
  const auto pair =
      kind_of({{kUpdate, "compute(self):\n  return torch.stack([self.sum, self.sum])"}})->make("");
  add(*pair, at::tensor({1.0}), at::tensor({0.0}));
  CHECK_THROWS_WITH(pair->value(), contains("gives no number") && contains("CPUDoubleType[2, 1]"));
}

TEST_CASE("a module that is no metric is refused before any data is read") {
  CHECK_THROWS_WITH(kind_of({{kUpdate}}), contains("update(), and no compute()"));
  CHECK_THROWS_WITH(kind_of({{kError, kCompute}}), contains("compute(), and no update()"));
  CHECK_THROWS_WITH(kind_of({{"other(self):\n  return 1"}}),
                    contains("neither update() and compute() nor forward()"));
  CHECK_THROWS_WITH(kind_of({{"forward(self, outputs):\n  return outputs"}}),
                    contains("forward() takes other arguments"));
  CHECK_THROWS_WITH(kind_of({{kUpdate, "compute(self, x):\n  return x"}}),
                    contains("compute() takes other arguments"));
  CHECK_THROWS_WITH(kind_of({{kError}, "m.pt", "", std::nullopt}),
                    contains("does not say which way is better") && contains("higher_is_better"));
}
