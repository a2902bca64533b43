#include "export/torchscript/qint8.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/_make_per_channel_quantized_tensor.h>
#include <ATen/ops/_make_per_tensor_quantized_tensor.h>

#include "base/error.h"
#include "base/first_sentence.h"
#include "base/machine_failure.h"

namespace qtool {

namespace jit = torch::jit;

at::Tensor as_qint8(const at::Tensor& integers, const QParams& qparams) {
  if (qparams.scheme().granularity() == Granularity::kPerTensor)
    return at::_make_per_tensor_quantized_tensor(integers, qparams.scale(), qparams.zero_point());
  return at::_make_per_channel_quantized_tensor(integers, qparams.scales(), qparams.zero_points(),
                                                qparams.scheme().axis());
}

jit::Value* emit_qint8(jit::Graph& graph, jit::Value* integers, jit::Value* scales, const QParams& qparams) {
  const auto insert = [&](const char* kind, at::ArrayRef<jit::NamedValue> inputs) {
    return graph.insert(c10::Symbol::fromQualString(kind), inputs);
  };
  if (qparams.scheme().granularity() == Granularity::kPerTensor)
    return insert("aten::_make_per_tensor_quantized_tensor",
                  {integers, qparams.scale(), qparams.zero_point()});
  scales = insert("aten::to", {scales, at::kDouble});
  auto* zero_points = graph.insert(c10::aten::zeros_like, {scales}, {{"dtype", at::kLong}});
  return insert("aten::_make_per_channel_quantized_tensor",
                {integers, scales, zero_points, qparams.scheme().axis()});
}

c10::IValue prepacked(const std::string& prepack, jit::Stack arguments, const std::string& where) {
  try {
    c10::Dispatcher::singleton().findSchemaOrThrow(prepack.c_str(), "").callBoxed(arguments);
  } catch (const std::exception& error) {
    rethrow_if_not_to_blame(error);
    throw Error(ErrorKind::kUnquantizable,
                {.what = "the int8 kernel refuses this operator",
                 .where = where,
                 .got = first_sentence(error.what()),
                 .expected = "arguments that the engine in use takes",
                 .fix = "leave it in float with --skip " + where + ", or choose another --engine"});
  }
  return arguments.at(0);
}

}  // namespace qtool
