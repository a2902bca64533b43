#include "train/memory_format.h"

#include <ATen/core/grad_mode.h>

namespace qtool {
namespace {

void set_format(const std::vector<NamedTensor>& parameters, at::MemoryFormat format) {
  const at::NoGradGuard no_grad;
  for (const auto& parameter : parameters)
    if (parameter.tensor.dim() == 4) parameter.tensor.set_data(parameter.tensor.contiguous(format));
}

}  // namespace

ChannelsLast::ChannelsLast(const Model& model) : parameters_(model.parameters()) {
  set_format(parameters_, at::MemoryFormat::ChannelsLast);
}

ChannelsLast::~ChannelsLast() { set_format(parameters_, at::MemoryFormat::Contiguous); }

std::vector<at::Tensor> channels_last(const std::vector<at::Tensor>& inputs) {
  std::vector<at::Tensor> result;
  for (const auto& input : inputs)
    result.push_back(input.dim() == 4 ? input.contiguous(at::MemoryFormat::ChannelsLast) : input);
  return result;
}

}  // namespace qtool
