#include "graph/on_device.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace qtool {
namespace {

void move_to(const at::Tensor& tensor, at::Device device) {
  const at::NoGradGuard no_grad;
  if (tensor.requires_grad()) tensor.mutable_grad() = at::Tensor();  // it would stay behind
  tensor.set_data(tensor.detach().to(device));
}

}  // namespace

OnDevice::OnDevice(const Model& model, at::Device device, const std::vector<at::Tensor>& staying) {
  if (device.is_cpu()) return;
  const auto stays = [&](const at::Tensor& tensor) {
    return std::any_of(staying.begin(), staying.end(),
                       [&](const at::Tensor& s) { return s.is_same(tensor); });
  };
  for (const auto& tensors : {model.parameters(), model.buffers()})
    for (const auto& [name, tensor] : tensors)
      if (!stays(tensor)) moved_.push_back(tensor);
  for (const auto& tensor : moved_) move_to(tensor, device);
}

OnDevice::~OnDevice() {
  for (const auto& tensor : moved_) move_to(tensor, at::kCPU);
}

std::vector<at::Tensor> on_device(const std::vector<at::Tensor>& tensors, at::Device device) {
  std::vector<at::Tensor> placed;
  for (const auto& tensor : tensors) placed.push_back(tensor.defined() ? tensor.to(device) : tensor);
  return placed;
}

}  // namespace qtool
