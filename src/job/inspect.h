#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "export/target.h"
#include "graph/read/onnx_file.h"
#include "job/input/arrival.h"
#include "job/options/context.h"
#include "options/options.h"
#include "plan/recipe.h"

namespace qtool {

struct InspectOptions {
  std::string model = {};  ///< float TorchScript or .pt2 file, or an ONNX file
  std::string data =
      {};  ///< optional: a batch of it is run through the model, so that its shape is checked too
  Recipe recipe = {};
  Engine engine = Engine::kAuto;
  std::vector<std::string> target = {std::string(libtorch_target().name)};
};

template <class Visitor>
void describe(Visitor& v, InspectOptions& o) {
  v.field("model", o.model, "TorchScript, .pt2 or ONNX file", positional, required, path_field);
  v.field("data", o.data, "data to try the model on", spec_field);
  v.field("engine", o.engine, "int8 kernels to plan for");
  v.field("target", o.target, "runtimes to plan for", one_of(target_names()));
  v.group("quantize", o.recipe);
}

/// One line of the plan.
struct PlannedSite {
  std::string site = {};    ///< e.g. `layers.0.conv1:weight`
  std::string op = {};      ///< e.g. `aten::conv2d`
  std::string scheme = {};  ///< e.g. `uint8 affine per-tensor`; empty: stays float
  std::string reason = {};  ///< why it stays float, or what is particular
};

/// What would be written for a runtime.
struct PlannedTarget {
  std::string name = {}, file = {}, about = {};
  std::string not_run_here = {};             ///< why; empty: it can be run
  std::vector<std::string> objections = {};  ///< what of the model the file cannot hold
};

struct InspectResult {
  std::string engine = {};                    ///< the one that was chosen
  std::vector<std::string> input_names = {};  ///< of forward()
  int64_t parameters = 0;                     ///< numbers, not tensors
  int64_t bytes = 0;                          ///< of the file
  std::vector<PlannedSite> sites = {};        ///< in the order of the graph
  std::vector<PlannedTarget> targets = {};    ///< as they were asked for
  std::string manifest = {};                  ///< JSON, of a file that qtool wrote
  std::vector<std::string> warnings = {};
  Arrival arrival = {};  ///< of the first samples, where data is given
  std::optional<OnnxFile> onnx =
      {};  ///< what such a file says of itself; beside it only `bytes` and `parameters` are there
};

/// What would be quantized, what not and why. Writes nothing.
[[nodiscard]] InspectResult run_inspect(const InspectOptions& options, const Context& context);

/// The same, and of an ONNX file, of which nothing can be quantized, what is in it.
[[nodiscard]] InspectResult inspect_file(const InspectOptions& options, const Context& context);

}  // namespace qtool
