#pragma once
#include <string>
#include <vector>

#include "calibrate/statistics.h"
#include "core/progress.h"
#include "core/qparams.h"
#include "graph/model.h"
#include "job/ptq_options.h"
#include "plan/plan.h"

namespace qtool {

/// A model on its way to int8: what load, canonicalise and plan give.
struct Quantization {
  Model original;   ///< as the file has it
  Model canonical;  ///< its normal form, batch norm folded
  std::string model_sha256;
  Engine engine;
  QuantPlan plan;
};

/// Loads, canonicalises and plans, and tells LibTorch which engine to use.
[[nodiscard]] Quantization begin_quantization(const std::string& model_path, const Recipe& recipe,
                                              Engine engine);

/// The weight sites' tensors, undefined at the other sites.
[[nodiscard]] std::vector<at::Tensor> site_weights(const Quantization& quantization);

/// From the data, or from the calibration files that the options name.
[[nodiscard]] Statistics gather_statistics(const Quantization& quantization, const PtqOptions& options,
                                           Progress& progress);

}  // namespace qtool
