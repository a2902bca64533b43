#include "measure/metric.h"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <set>

#include "catch.h"

using namespace qtool;

namespace {

using Tensors = std::vector<at::Tensor>;

std::vector<std::string> names_where(bool (*holds)(const MetricKind&, const Answers&),
                                     const Answers& answers) {
  std::vector<std::string> names;
  for (const auto& kind : metrics())
    if (holds(kind, answers)) names.push_back(kind.info.name);
  return names;
}

}  // namespace

TEST_CASE("the names of metrics are keys: there, and each once") {
  std::set<std::string> names;
  for (const auto& kind : metrics()) {
    INFO(kind.info.name);
    CHECK_FALSE(kind.info.name.empty());
    CHECK_FALSE(kind.info.title.empty());
    CHECK(names.insert(kind.info.name).second);
  }
}

TEST_CASE("which metrics apply follows from outputs, targets and reference") {
  const Tensors logits = {at::zeros({3, 4})}, map = {at::zeros({3, 4, 5})},
                labels = {at::zeros({3}, at::kLong)};
  const Tensors numbers = {at::zeros({3})}, none;
  using Names = std::vector<std::string>;
  CHECK(names_where(applies, {logits, labels, logits}) ==
        Names{"top1", "top5", "f1", "perplexity", "agreement"});
  CHECK(names_where(applies, {logits, labels, none}) == Names{"top1", "top5", "f1", "perplexity"});
  CHECK(names_where(applies, {logits, none, logits}) == Names{"agreement"});
  CHECK(names_where(applies, {logits, numbers, none}).empty());
  CHECK(names_where(applies, {map, none, map}).empty());
  // Labels are there, and the outputs are no answer to them: which the metric says when it is asked.
  CHECK(names_where(applies, {map, labels, none}) == Names{"top1", "top5", "f1"});
  CHECK(names_where(can_judge, {map, labels, map}).empty());
  CHECK(names_where(can_judge, {logits, labels, none}) == Names{"top1", "top5", "f1", "perplexity"});
}

TEST_CASE("targets that are no labels have metrics of their own") {
  const Tensors scores = {at::zeros({3, 4, 5})}, maps = {at::zeros({3, 5}, at::kLong)}, none;
  const Tensors tokens = {at::zeros({3, 4}, at::kLong)}, numbers = {at::zeros({3, 4, 5})};
  using Names = std::vector<std::string>;
  CHECK(names_where(can_judge, {scores, maps, none}) == Names{"miou"});
  CHECK(names_where(can_judge, {scores, tokens, none}) == Names{"perplexity", "exact"});
  CHECK(names_where(can_judge, {scores, numbers, none}) == Names{"mse", "mae", "psnr"});
  CHECK(names_where(can_judge, {tokens, tokens, none}) == Names{"exact"});
}

TEST_CASE("a loss is positive where a metric got worse") {
  CHECK(MetricInfo{.better = Better::kHigher}.loss(3, 1) == 2);
  CHECK(MetricInfo{.better = Better::kLower}.loss(3, 1) == -2);
}
