#pragma once
#include <string>

#include "base/progress.h"
#include "job/options/context.h"
#include "job/options/qat_options.h"
#include "job/road/quantize_result.h"

namespace qtool {

/// The road of quantization-aware training: as post-training quantization (job/ptq.h), with training of the simulated
/// model between solving and lowering. The model is a float file, a model.fakequant.pt, whose grids are started from
/// where the plan is the same, or `zoo:NAME`, which is trained from scratch. Writes checkpoints/last.pt and
/// history.json while it trains; throws what train() throws, after TrainingDiverged with the best model so far
/// delivered.
[[nodiscard]] QuantizeResult run_qat(const QatOptions& options, const Context& context);

}  // namespace qtool
