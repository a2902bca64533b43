#pragma once
#include <map>
#include <string>
#include <vector>

#include "grid/qparams.h"
#include "job/input/job_data.h"
#include "job/options/common_options.h"
#include "job/options/qat_options.h"
#include "job/road/quantization.h"
#include "solve/solution.h"

namespace qtool {

/// What quantization-aware training starts from.
struct QatStart {
  Quantization quantization;
  std::map<std::string, QParams> grids;  ///< by site, of a model.fakequant.pt
};

/// Loads or builds the model, canonicalises and plans. The fake-quant of a model.fakequant.pt is taken out again.
[[nodiscard]] QatStart begin_qat(const QatOptions& options, const CommonOptions& common, JobData& data);

/// `solved`, but for the sites whose grid is known and has the plan's scheme.
[[nodiscard]] Solution with_known_grids(Solution solved, const std::map<std::string, QParams>& known);

/// A network that began with random weights has its float model only now: writes model.float.pt, which the ladder and
/// the sizes then start from.
void adopt_trained_float(Quantization& quantization, const Model& canonical, const QatOptions& options);

}  // namespace qtool
