#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "graph/model.h"
#include "grid/qparams.h"
#include "job/input/job_data.h"

namespace qtool {

/// The TorchScript file, or a fresh network of the zoo for the shape and classes of the training split.
[[nodiscard]] Model open_model(const std::string& model, JobData& data, int64_t seed);

/// The float model to quantize.
struct FloatModel {
  Model model;
  std::map<std::string, QParams> grids = {};  ///< by site, where the file was a model.fakequant.pt
};

/// open_model(), with the fake-quant of a model.fakequant.pt taken out again.
[[nodiscard]] FloatModel open_float_model(const std::string& model, JobData& data, int64_t seed);

}  // namespace qtool
