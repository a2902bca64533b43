#include "export/onednn/onednn_limits.h"

#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include "export/torchscript/engine.h"

namespace qtool {
namespace {

/// The form that the operators have since LibTorch 2.5.
bool has_kernel(const char* name) {
  const auto found = c10::Dispatcher::singleton().findSchema({name, ""});
  return found && at::globalContext().hasMKLDNN() &&
         found->schema().argumentIndexWithName("output_dtype").has_value();
}

std::string kernel_of(const std::string& kind) {
  if (kind == "aten::linear") return "onednn::qlinear_pointwise";
  return "onednn::q" + kind.substr(std::string("aten::").size()) + "_pointwise";
}

std::string objection_to_layer(const std::string& kind) {
  if (kind.starts_with("aten::conv_transpose")) return "onednn:: has no transposed convolution";
  if (!has_kernel(kernel_of(kind).c_str())) return "this LibTorch has no " + kernel_of(kind);
  return "";
}

bool fuses(const std::string& layer, const OperatorView& next) {
  if (next.kind == "aten::hardswish" || next.kind == "aten::silu")
    return layer == "aten::conv2d" || layer == "aten::linear";
  return (next.kind == "aten::gelu" && layer == "aten::linear") ||
         (next.kind == "aten::add" && layer == "aten::conv2d");
}

/// What is computed in float between two grids costs more than in float alone. Not so max pools: a float one in front
/// of residual blocks would make their sums float as well.
std::string better_in_float(const OperatorView& op) {
  const auto* row = find_operator(op.kind);
  const bool has_kernel = !row || row->operator_class == OperatorClass::kLayer ||
                          row->operator_class == OperatorClass::kClip ||
                          row->operator_class == OperatorClass::kMove;
  return has_kernel ? "" : "onednn:: has no kernel of it";
}

}  // namespace

Backend onednn_backend() {
  auto backend = backend_of(Engine::kOnednn);
  backend.name = "libtorch-onednn";
  backend.objection = [shared = backend.objection](const OperatorView& op) {
    const auto* row = find_operator(op.kind);
    const auto own =
        row && row->operator_class == OperatorClass::kLayer ? objection_to_layer(op.kind) : std::string();
    return own.empty() ? shared(op) : own;
  };
  backend.float_outputs = true;
  backend.dynamic_recurrence = false;
  backend.fuses = fuses;
  backend.better_in_float = better_in_float;
  return backend;
}

}  // namespace qtool
