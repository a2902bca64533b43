#include "job/output_step.h"

#include <algorithm>

#include "graph/passes/canonicalise.h"
#include "graph/view.h"
#include "operators/operator_table.h"
#include "qat/strip_fake_quant.h"

namespace qtool {
namespace {

/// Whether what comes out lies on the grid of what goes in. A cast is that of an output that is no float32.
bool keeps_grid(const OperatorView& op) {
  if (op.kind == "aten::to" && op.inputs.size() == 1) return true;
  const auto* row = find_operator(op.kind);
  if (!row || op.inputs.size() != 1) return false;
  const auto kind = row->operator_class;
  return kind == OperatorClass::kMove || kind == OperatorClass::kPool || kind == OperatorClass::kClip;
}

}  // namespace

double output_step(const Model& simulated) {
  if (!has_fake_quant(simulated)) return 0;
  const auto stripped = strip_fake_quant(simulated);
  const auto graph = view(canonicalise(stripped.model));
  std::string value = graph.outputs.empty() ? "" : graph.outputs[0];
  // Backwards through the operators that hand the grid on, to the one that it belongs to.
  for (auto op = graph.operators.rbegin(); op != graph.operators.rend(); ++op) {
    if (op->name != value) continue;
    const auto grid = stripped.grids.find(op->name + ":output");
    if (grid != stripped.grids.end()) return grid->second.scale();
    if (!keeps_grid(*op)) return 0;
    value = op->inputs[0];
  }
  return 0;
}

}  // namespace qtool
