#include "solve/integer_biases.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/round.h>

#include "catch.h"
#include "graph/layer_tensors.h"
#include "small_net.h"

using namespace qtool;

TEST_CASE("biases of int8 layers lie on the grids of their products") {
  const SmallNet net{"y = torch.relu(torch.conv2d(x, w, b)); return torch.conv2d(y, k)",
                     {{"w", {4, 3, 1, 1}}, {"b", {4}}, {"k", {2, 4, 1, 1}}}};
  const auto solution = prepare(build(net), noise({2, 3, 4, 4}, 5), {}, {"x86", 8});
  const auto rounded = with_integer_biases(solution);
  const auto& op = solution.plan.operators.at(0);
  const auto bias = [&](const Solution& of) {
    return copy_with_layers(of.model, {op.name}).layers.at(op.name).bias;
  };
  const auto steps = solution.qparams[op.weight_grid()].scales().mul(
      solution.qparams[solution.plan.grid_of.at(op.inputs.at(0))].scale());
  const auto before = bias(solution).to(at::kDouble).div(steps),
             after = bias(rounded).to(at::kDouble).div(steps);
  CHECK_FALSE(at::allclose(before, at::round(before), 0, 1e-3));
  CHECK(at::allclose(after, at::round(before), 0, 1e-3));
  // A layer without a bias gets none.
  CHECK(view(rounded.model).operators.size() == view(solution.model).operators.size());
  CHECK(rounded.model.parameters().size() == solution.model.parameters().size());
}
