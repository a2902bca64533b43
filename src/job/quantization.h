#pragma once
#include <string>
#include <vector>

#include "base/progress.h"
#include "calibrate/statistics.h"
#include "graph/model.h"
#include "graph/view.h"
#include "grid/qparams.h"
#include "job/arrival.h"
#include "job/ptq_options.h"
#include "plan/plan.h"

namespace qtool {

/// Which file it is.
struct FileIdentity {
  std::string sha256 = {};
  int64_t bytes = 0;
};
[[nodiscard]] FileIdentity identity_of(const std::string& path);

/// What the user must know of a float model before its results: remarks on the file, and what the int8 model will lack.
[[nodiscard]] std::vector<std::string> warnings_of_file(const Model& model);

/// What they must know of a model that draws random numbers; empty for others.
[[nodiscard]] std::vector<std::string> warnings_of_chance(const Model& canonical);

/// A model on its way to int8: what load, canonicalise and plan give.
struct Quantization {
  Model original;     ///< as the file has it
  Model canonical;    ///< its normal form, batch norm folded
  FileIdentity file;  ///< that the float model is from
  Engine engine;
  QuantPlan plan;
};

/// Canonicalises and plans, and tells LibTorch which engine to use. `file` is the one that the model is from.
[[nodiscard]] Quantization begin_quantization(Model original, FileIdentity file, const Recipe& recipe,
                                              Engine engine);

/// The weight sites' tensors in `canonical`, undefined at the other sites.
[[nodiscard]] std::vector<at::Tensor> site_weights(const Model& canonical, const QuantPlan& plan);
/// The same from a view of it that is there already.
[[nodiscard]] std::vector<at::Tensor> site_weights(const GraphView& canonical, const QuantPlan& plan);

/// What calibration saw of each site, and of the model's inputs.
struct Calibration {
  Statistics statistics;
  Arrival arrival = {};  ///< empty where no data was read
};
/// From the training split of the data, run on the device.
[[nodiscard]] Calibration calibrate_on_data(const Quantization& quantization, const QuantizeOptions& options,
                                            at::Device device, Progress& progress);
/// Grids of all sites. Where calibration shows that tensors which share one are of too different size for it
/// (calibrate/lost_operands.h), the plan is made again, with the operators that want them on one grid in float.
[[nodiscard]] std::vector<QParams> settle_grids(Quantization& quantization, const Recipe& recipe,
                                                const Statistics& statistics);
/// From the data, or from the calibration files that the options name.
[[nodiscard]] Calibration gather_statistics(const Quantization& quantization, const PtqOptions& options,
                                            at::Device device, Progress& progress);

}  // namespace qtool
