#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace qtool {

/// A model file that a runtime has loaded, as a client of that runtime runs it. LibTorch's files, ONNX files in
/// OpenVINO and files that only a command outside can run look the same to verification, `eval` and `bench`.
class RuntimeModel {
 public:
  RuntimeModel() = default;
  RuntimeModel(const RuntimeModel&) = delete;
  RuntimeModel& operator=(const RuntimeModel&) = delete;
  virtual ~RuntimeModel() = default;

  /// The runtime and its version, for reports: `LibTorch 2.13`, `OpenVINO 2026.1`.
  [[nodiscard]] virtual std::string runtime() const = 0;
  /// Of the tensors that run() takes, in their order.
  [[nodiscard]] virtual std::vector<std::string> input_names() const = 0;
  /// What the user must know of the file, a sentence each.
  [[nodiscard]] virtual std::vector<std::string> remarks() const { return {}; }
  /// Runs once; the inputs stay as they are. A tuple, list or dict of outputs comes flattened. Throws Error(kUsage)
  /// where the model refuses the inputs, Error(kMachine) where the runtime fails.
  [[nodiscard]] virtual std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs) = 0;
  /// Whether run() takes more than the model does, so that only the runtime itself can tell how long that is.
  [[nodiscard]] virtual bool times_itself() const { return false; }
  /// Where it does: milliseconds of each of `runs` runs, behind a first one that is not timed.
  /// Throws what run() throws, and Error(kUsage) where the runtime does not tell.
  [[nodiscard]] virtual std::vector<double> latencies_ms(const std::vector<at::Tensor>& /*inputs*/,
                                                         int64_t /*runs*/) {
    return {};
  }
};

}  // namespace qtool
