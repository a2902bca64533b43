#pragma once
#include <memory>
#include <string>

#include "base/error.h"
#include "run/runtime_model.h"

namespace qtool {

/// An ONNX file as OpenVINO's CPU device runs it: in as many threads as LibTorch has, and in float32 what is not
/// quantized, where it would otherwise take bfloat16 on processors that have it. Tensors of another type are converted
/// where no value changes by that. Throws Error(kUsage) in OpenVINO's own words where it does not take the file,
/// Error(kMachine) that says how to have it where there is no OpenVINO.
[[nodiscard]] std::unique_ptr<RuntimeModel> openvino_runtime(const std::string& path);

/// Why no ONNX file can be run here; empty where they can.
[[nodiscard]] std::string why_no_openvino();

/// What to say of that to who wants to run the ONNX file `path`.
[[nodiscard]] Complaint no_openvino(const std::string& path);

}  // namespace qtool
