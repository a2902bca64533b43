#include "graph/user_module.h"

#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "base/error.h"
#include "catch.h"
#include "graph/graphs.h"

using namespace qtool;

namespace {

UserModule module_of(const std::vector<std::string>& methods) {
  ModuleBuilder builder("Metric");
  builder.buffer("sum", at::zeros({}, at::kDouble));
  for (const auto& method : methods) builder.define("def " + method);
  const auto model = builder.build();
  auto module = model.module();
  module.register_attribute("higher_is_better", c10::BoolType::get(), true);
  module.register_attribute("unit", c10::StringType::get(), std::string("dB"));
  return {module, "metric.pt"};
}

const std::string kUpdate =
    "update(self, outputs: Tensor, targets: List[Tensor]):\n"
    "  self.sum.add_(outputs.sum() + torch.cat(targets).sum())";

at::Tensor ones(int64_t count) { return at::ones({count}); }

}  // namespace

TEST_CASE("attributes are told by their type") {
  const auto module = module_of({kUpdate});
  CHECK(module.flag("higher_is_better") == true);
  CHECK(module.text("unit") == "dB");
  CHECK_FALSE(module.flag("lower_is_better"));
  CHECK(module.has("update"));
  CHECK_FALSE(module.has("compute"));
  CHECK_THROWS_WITH(module.flag("unit"), contains("the attribute 'unit' is of another type") &&
                                             contains("metric.pt") && contains("True or False"));
  CHECK_THROWS_WITH(module.text("higher_is_better"), contains("a str"));
}

TEST_CASE("a method takes the tensors that it is given, and what has a default besides") {
  const auto module = module_of({kUpdate, "compute(self, x, scale: float = 2.0):\n  return (x * scale).sum()",
                                 "weigh(self, x, scale: float):\n  return x * scale"});
  CHECK_NOTHROW(module.check_arguments("update", {"outputs", "targets"}));
  CHECK_NOTHROW(module.check_arguments("compute", {"x"}));
  CHECK(module.call("compute", {{ones(3)}}).item<double>() == 6);
  CHECK_THROWS_WITH(module.check_arguments("update", {"outputs"}),
                    contains("update(Tensor outputs, Tensor[] targets)") ||
                        contains("update(Tensor outputs, List[Tensor] targets)"));
  CHECK_THROWS_WITH(module.check_arguments("weigh", {"x"}), contains("weigh(self, x)"));
  CHECK_THROWS_WITH(module.check_arguments("weigh", {"x", "scale"}),
                    contains("each a Tensor or a List[Tensor]"));
}

TEST_CASE("state grows from call to call, and a fresh module has that of the file") {
  const auto module = module_of({kUpdate, "compute(self):\n  return self.sum"});
  CHECK_FALSE(module.call("update", {{ones(2)}, {ones(3), ones(4)}}).defined());
  (void)module.call("update", {{ones(1)}, {ones(1)}});
  CHECK(module.call("compute", {}).item<double>() == 11);
  CHECK(module.fresh().call("compute", {}).item<double>() == 0);
  CHECK(module.call("compute", {}).item<double>() == 11);
}

TEST_CASE("a number comes back as a tensor, anything else is refused") {
  const auto module =
      module_of({"real(self):\n  return 0.1", "whole(self):\n  return 7", "words(self):\n  return \"good\""});
  CHECK(module.call("real", {}).item<double>() == 0.1);
  CHECK(module.call("whole", {}).scalar_type() == at::kLong);
  CHECK_THROWS_WITH(module.call("words", {}),
                    contains("words() returns what is no number and no tensor") && contains("String"));
}

TEST_CASE("a call that fails says why, where and with what") {
  const auto module = module_of({"update(self, a, b):\n  return torch.mm(a, b)"});
  CHECK_THROWS_WITH(module.call("update", {{at::ones({2, 3})}, {at::ones({2, 3})}}),
                    contains("update() fails: ") && contains("cannot be multiplied") &&
                        contains("CPUFloatType[2, 3]; CPUFloatType[2, 3]"));
  CHECK_THROWS_WITH(module.call("update", {{ones(1), ones(2)}, {ones(1)}}),
                    contains("update() takes one tensor as 'a', and there are several"));
  CHECK_THROWS_WITH(module.call("update", {{ones(1)}, {}}),
                    contains("update() takes one tensor as 'b', and there is none"));
}
