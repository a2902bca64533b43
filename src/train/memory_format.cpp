#include "train/memory_format.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

namespace qtool {
namespace {

/// Not Tensor::contiguous(): where sizes of 1 make both orders the same, that keeps the strides as they are, and
/// the strides are what convolutions choose their order by.
at::Tensor reordered(const at::Tensor& tensor, at::MemoryFormat format) {
  return at::empty(tensor.sizes(), tensor.options(), format).copy_(tensor);
}

void set_format(const std::vector<NamedTensor>& parameters, at::MemoryFormat format) {
  const at::NoGradGuard no_grad;
  for (const auto& parameter : parameters)
    if (parameter.tensor.dim() == 4) parameter.tensor.set_data(reordered(parameter.tensor.detach(), format));
}

}  // namespace

ChannelsLast::ChannelsLast(const Model& model) : parameters_(model.parameters()) {
  set_format(parameters_, at::MemoryFormat::ChannelsLast);
}

ChannelsLast::~ChannelsLast() { set_format(parameters_, at::MemoryFormat::Contiguous); }

std::vector<at::Tensor> channels_last(const std::vector<at::Tensor>& inputs) {
  std::vector<at::Tensor> result;
  for (const auto& input : inputs)
    result.push_back(input.dim() == 4 ? reordered(input, at::MemoryFormat::ChannelsLast) : input);
  return result;
}

}  // namespace qtool
