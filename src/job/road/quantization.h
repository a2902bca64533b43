#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "calibrate/statistics.h"
#include "export/target.h"
#include "graph/model.h"
#include "graph/view.h"
#include "job/input/arrival.h"
#include "job/options/ptq_options.h"
#include "plan/plan.h"
#include "solve/solution.h"

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

/// What they must know of a model that keeps state in attributes; empty for others.
[[nodiscard]] std::vector<std::string> warnings_of_state(const Model& canonical);

/// A model on its way to int8: what load, canonicalise and plan give.
struct Quantization {
  Model original;                      ///< as the file has it
  Model canonical;                     ///< its normal form, batch norm folded
  GraphView graph;                     ///< of the canonical model
  FileIdentity file;                   ///< that the float model is from
  std::vector<const Target*> targets;  ///< that get a file each
  Engine engine;
  Backend backend;  ///< what the kernels of all targets can do
  QuantPlan plan;   ///< that calibration looks at
};

/// Canonicalises and plans for all targets together. `file` is the one that the model is from. Throws
/// Error(kUnquantizable) by name where a target cannot hold the model. What is to be trained has grids that are found
/// at run time only where the recipe asks for them.
[[nodiscard]] Quantization begin_quantization(Model original, FileIdentity file, const Recipe& recipe,
                                              std::vector<const Target*> targets, Engine engine,
                                              bool is_trained = false);

/// Plans the same model again, by another recipe; throws as begin_quantization() does.
void plan_again(Quantization& quantization, const Recipe& recipe);

inline constexpr int64_t kRememberedBytes = int64_t(256) << 20;

/// What calibration saw of each site, and of the model's inputs.
struct Calibration {
  Statistics statistics;
  Arrival arrival = {};          ///< empty where no data was read
  std::string data_sha256 = {};  ///< of the inputs, batch by batch; likewise
  /// The inputs of the first batches, for improvements that go over them again: as many as fit into kRememberedBytes.
  std::vector<std::vector<at::Tensor>> remembered = {};
};
/// From the training split of the data, run on the device.
[[nodiscard]] Calibration calibrate_on_data(const Quantization& quantization, const QuantizeOptions& options,
                                            JobData& data, at::Device device, Progress& progress);
/// From the data, or from the calibration files that the options name.
[[nodiscard]] Calibration gather_statistics(const Quantization& quantization, const PtqOptions& options,
                                            JobData& data, at::Device device, Progress& progress);

/// The grids of all sites from what calibration saw.
[[nodiscard]] Solution solve_first(const Quantization& quantization, const Statistics& statistics,
                                   const Recipe& recipe);

/// What gives a solution with more operators in float, and why.
using SolveAgain = std::function<Solution(const Solution& solution, const KeptFloat& more)>;
/// From the same statistics. The three must outlive what it gives.
[[nodiscard]] SolveAgain solving_again(const Quantization& quantization, const Statistics& statistics,
                                       const Recipe& recipe);

/// The solution that files are written of and held against: with integer biases where a target's kernels have them.
[[nodiscard]] Solution as_kernels_have_it(const Quantization& quantization, Solution solution);

}  // namespace qtool
