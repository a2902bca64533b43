#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "export/torchscript/engine.h"
#include "graph/model.h"
#include "run/runtime_model.h"
#include "solve/solution.h"

namespace qtool {

/// The manifest of a file that qtool wrote: the name of the extra file of an archive, and, without the ending, the key
/// of ONNX's metadata.
inline constexpr const char* kManifestFile = "qtool_manifest.json";
inline constexpr const char* kManifestKey = "qtool_manifest";

/// What a file holds besides its solution.
struct Belongings {
  const Model& original;      ///< what it holds besides forward() goes in as well (graph/belongings.h)
  std::string manifest = {};  ///< goes in as it is; an empty one does not
  /// Inputs of the model, a batch of a sample or two, for files that say shapes; empty where there is no data.
  std::vector<at::Tensor> example = {};
};

/// A kind of file that a solution is written as, for a runtime: one row of the table in target.cpp.
struct Target {
  std::string_view name = {};   ///< e.g. `libtorch`
  const char* file = "";        ///< its name in a job's folder
  std::string_view about = {};  ///< what it is, for people
  /// What its kernels can do on this processor, for the plan; null: whatever a plan says.
  Backend (*limits)(Engine engine) = nullptr;
  /// The precisions that an operator of the file can have.
  std::span<const Precision> precisions = {};
  /// What of a canonical model the file cannot hold, a sentence each with the operator's name and its line of the
  /// source; asked before any data is read. Null: it holds any.
  std::vector<std::string> (*objections)(const Model& canonical) = nullptr;
  /// Writes the file. Throws Error(kUnquantizable) where it cannot be made, e.g. for an operator whose precision the
  /// target has not, Error(kMachine) where it cannot be written.
  void (*write)(const Solution& solution, const Belongings& belongings, const std::string& path) = nullptr;
  /// What the file would hold, to run it without a file; null: it is no TorchScript.
  Model (*lower)(const Solution& solution, const std::vector<at::Tensor>& example) = nullptr;
  /// Opens a written file as a client of the runtime does. Throws Error(kUsage) where it does not load. Null: no
  /// runtime of it is in this program.
  std::unique_ptr<RuntimeModel> (*open)(const std::string& path) = nullptr;
  /// Why open() cannot work on this machine; empty: it can. Null: it always can.
  std::string (*missing)() = nullptr;
};

/// Why no file of the target can be run here, e.g. `qtool has no runtime of tensorrt`; empty: they can.
[[nodiscard]] std::string why_not_run_here(const Target& target);

/// The float model as ONNX, by the converter of ONNX's targets. Throws what Target::write throws.
void write_float_onnx(const Model& canonical, const Belongings& belongings, const std::string& path);

/// All that there are: those of runtimes first, the simulation last.
[[nodiscard]] std::span<const Target> targets();
/// Those that a job can be asked for, by name: all but the simulation, which each job writes beside them.
[[nodiscard]] std::vector<std::string> target_names();
/// The rows of these names, in their order. Throws Error(kUsage) for none, for one that is not there and for one that
/// stands there twice.
[[nodiscard]] std::vector<const Target*> targets_named(const std::vector<std::string>& names);
/// int8 by LibTorch's `quantized::` operators.
[[nodiscard]] const Target& libtorch_target();
/// int8 by LibTorch's `onednn::` operators.
[[nodiscard]] const Target& onednn_target();
/// The float model that computes what int8 does: what any LibTorch runs, and qat begins with.
[[nodiscard]] const Target& simulation_target();

}  // namespace qtool
