#include "job/road/gate_labels.h"

#include "catch.h"
#include "job/workplace.h"

using namespace qtool;

namespace {

QuantizeOptions with_gates(const std::string& data, const Gates& gates) {
  QuantizeOptions options;
  options.model = "model.pt";
  options.data = data;
  options.gates = gates;
  return options;
}

void check_labels(const QuantizeOptions& options) {
  JobData data(options.data);
  check_gates_have_labels(options, data);
}

void check_classes(const QuantizeOptions& options, const SmallNet& net) {
  JobData data(options.data);
  auto model = build(net);
  check_metrics_apply(options, data, model);
}

const SmallNet kFlat{"return torch.linear(x, w)", {{"w", {5, 4}}}};
const SmallNet kImage{"return torch.reshape(torch.linear(x, w), [-1, 1, 2, 2])", {{"w", {4, 4}}}};

}  // namespace

TEST_CASE("gates on accuracy need labels, a gate on agreement does not") {
  Gates drop, accuracy, agreement;
  drop.max_drop = 1;
  accuracy.min_accuracy = 90;
  agreement.min_agreement = 99;
  CHECK_THROWS_WITH(check_labels(with_gates("random:4", drop)), contains("the gate --max-drop needs labels"));
  CHECK_THROWS_WITH(check_labels(with_gates("random:4", accuracy)),
                    contains("the gate --min-accuracy needs labels"));
  CHECK_NOTHROW(check_labels(with_gates("random:4", agreement)));
  const Workplace at;
  CHECK_NOTHROW(check_labels(with_gates(at.data, drop)));
}

TEST_CASE("without such a gate the data is not opened") {
  CHECK_NOTHROW(check_labels(with_gates("npz:/missing.npz", {})));
  CHECK_NOTHROW(check_classes(with_gates("npz:/missing.npz", {}), kFlat));
}

TEST_CASE("gates on a top-1 need a classifier") {
  Gates gates;
  gates.min_agreement = 99;
  CHECK_NOTHROW(check_classes(with_gates("random:4", gates), kFlat));
  CHECK_THROWS_WITH(check_classes(with_gates("random:4", gates), kImage),
                    contains("the gate --min-agreement needs a classifier") && contains("[128, 1, 2, 2]"));
}

TEST_CASE("a metric that does not apply is refused before any work") {
  auto options = with_gates("random:4", {});
  options.metric = "top5";
  CHECK_THROWS_WITH(check_classes(options, kFlat),
                    contains("the metric 'top5' does not apply") && contains("data without labels"));
}
