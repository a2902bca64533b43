#include "explain/layer_report.h"

#include <ATen/ops/tensor.h>

#include <cmath>

#include "calibrate/solve.h"
#include "catch.h"
#include "graph/builder.h"
#include "plan/site_weights.h"
#include "small_net.h"

using namespace qtool;

namespace {

/// A linear layer of four features, whose weight lies on a grid of scale 1 in its first row and 2 in its second, and
/// gelu, which stays float. No activation was seen.
struct Layers {
  Layers() {
    const auto* values = facts.weights.data();
    for (size_t i = 0; i < net.plan.sites.size(); ++i)
      if (values[i].defined()) net.qparams[i] = QParams::cover(net.plan.sites[i].scheme, kLow, -kLow);
    facts.sqnr_db = site_sqnr(net, weights, {});
  }
  static Model model() {
    ModuleBuilder module("Net");
    module.parameter("w", at::tensor({127.F, -3.F, 0.F, 5.F, 64.F, 254.F, -2.F, 0.F}).reshape({2, 4}));
    return module.define("def forward(self, x):\n  return torch.gelu(torch.linear(x, self.w))").build();
  }

  const at::Tensor kLow = at::tensor({-127., -254.}, at::kDouble);
  Solution net = prepare(model(), noise({8, 4}, 1));
  std::vector<at::Tensor> weights = site_weights(net.model, net.plan);
  Statistics statistics = {};
  SiteFacts facts = {net, weights, statistics, {}, {}};
};

const ReportLayer& row_with(const std::vector<ReportLayer>& rows, const std::string& end) {
  for (const auto& row : rows)
    if (row.site.ends_with(end)) return row;
  FAIL("no row ends with " << end);
  return rows.at(0);
}

}  // namespace

TEST_CASE("a weight's row has its grid; a weight that lies on it has no error") {
  const Layers at;
  const auto rows = layer_report(at.facts);
  const auto& row = row_with(rows, ":weight");
  CHECK(row.op == "aten::linear");
  CHECK(row.scale_min == 1);
  CHECK(row.scale_max == 2);
  CHECK(row.low == -254);  // of the widest channel
  CHECK(row.high == 254);
  CHECK_FALSE(row.zero_point);
  CHECK_FALSE(row.sqnr_db);
  CHECK(row.clipped == 0);
  CHECK_FALSE(row.damage);
}

TEST_CASE("an activation that was not seen has a grid, but no histogram") {
  const Layers at;
  const auto rows = layer_report(at.facts);
  const auto& row = row_with(rows, ":input");
  CHECK(row.zero_point);
  CHECK_FALSE(row.clipped);
  CHECK_FALSE(row.sqnr_db);
}

TEST_CASE("what stays float has a row with its reason") {
  const Layers at;
  const auto rows = layer_report(at.facts);
  CHECK(rows.back().op == "aten::gelu");
  CHECK_FALSE(rows.back().reason.empty());
  CHECK(rows.back().scheme.empty());
}

TEST_CASE("damage is shown where it is known") {
  Layers at;
  at.facts.damage.assign(at.net.plan.sites.size(), 0.25);
  CHECK(row_with(layer_report(at.facts), ":weight").damage == 0.25);
}
