#include "measure/chosen_metric.h"

#include <ATen/ops/zeros.h>

#include "catch.h"

using namespace qtool;

namespace {

using Tensors = std::vector<at::Tensor>;

std::vector<std::string> names_for(const Answers& first, const std::string& chosen) {
  std::vector<std::string> names;
  const auto choice = choose_metric(chosen);
  for (const MetricKind* kind : metrics_for(first, choice)) names.push_back(kind->info.name);
  return names;
}

}  // namespace

TEST_CASE("the chosen metric comes first, the others stay in their order") {
  const Tensors logits = {at::zeros({3, 4})}, labels = {at::zeros({3}, at::kLong)};
  const auto by_default = names_for({logits, labels, logits}, "");
  REQUIRE(by_default.size() > 2);
  auto expected = by_default;
  std::swap(expected[0], expected[1]);
  CHECK(names_for({logits, labels, logits}, by_default[1]) == expected);
  CHECK(names_for({logits, labels, logits}, by_default[0]) == by_default);
}

TEST_CASE("a metric that is not there, or compares models, is refused by name") {
  CHECK_NOTHROW(check_metric_name(""));
  CHECK_NOTHROW(check_metric_name("top5"));
  CHECK_THROWS_WITH(check_metric_name("tpo5"), contains("unknown metric 'tpo5', did you mean 'top5'?"));
  CHECK_THROWS_WITH(check_metric_name("agreement"),
                    contains("'agreement' compares two models") && contains("--min-agreement"));
}

TEST_CASE("a chosen metric that does not apply says why") {
  const Tensors logits = {at::zeros({3, 4})}, map = {at::zeros({3, 4, 5})}, numbers = {at::zeros({3})}, none;
  const Tensors labels = {at::zeros({3}, at::kLong)};
  CHECK_THROWS_WITH(names_for({logits, none, logits}, "top5"),
                    contains("the metric 'top5' does not apply") && contains("data without labels"));
  CHECK_THROWS_WITH(names_for({logits, numbers, logits}, "top5"),
                    contains("targets CPUFloatType[3]") && contains("class numbers"));
  CHECK_THROWS_WITH(names_for({map, labels, map}, "top5"),
                    contains("a first output CPUFloatType[3, 4, 5]") && contains("[samples, classes]"));
}

TEST_CASE("a metric that is dear is computed where it is chosen") {
  const Tensors logits = {at::zeros({3, 4})}, labels = {at::zeros({3}, at::kLong)}, none;
  using Names = std::vector<std::string>;
  CHECK(names_for({logits, labels, none}, "") == Names{"top1", "top5"});
  CHECK(names_for({logits, labels, none}, "f1") == Names{"f1", "top1", "top5"});
}

TEST_CASE("a metric of other targets says what it is made for") {
  const Tensors map = {at::zeros({3, 4, 5})}, other = {at::zeros({3, 7}, at::kLong)}, none;
  CHECK_THROWS_WITH(names_for({map, other, none}, "miou"),
                    contains("[3, 4, 5]") && contains("[3, 7]") && contains("[samples, classes, ...]"));
}

TEST_CASE("what has an ending or a folder is a file") {
  CHECK(is_metric_file("words.pt"));
  CHECK(is_metric_file("./words"));
  CHECK_FALSE(is_metric_file("top5"));
  CHECK_THROWS_WITH(choose_metric("/nowhere/words.pt"),
                    contains("the TorchScript file does not exist") && contains("/nowhere/words.pt"));
}
