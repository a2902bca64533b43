#include "graph/on_device.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>

namespace qtool {
namespace {

void move_to(const at::Tensor& tensor, at::Device device) {
  const at::NoGradGuard no_grad;
  if (tensor.requires_grad()) tensor.mutable_grad() = at::Tensor();  // it would stay behind
  tensor.set_data(tensor.detach().to(device));
}

/// In its attributes: also those of type Optional[Tensor], in lists and in dicts, which are no buffers.
std::vector<at::Tensor> tensors_of(const Model& model) {
  std::vector<at::Tensor> tensors;
  (void)c10::IValue(model.module()._ivalue()).visit([&](const c10::IValue& value) {
    if (value.isTensor() && value.toTensor().defined()) tensors.push_back(value.toTensor());
    return false;
  });
  return tensors;
}

}  // namespace

OnDevice::OnDevice(const Model& model, at::Device device, const std::vector<at::Tensor>& staying)
    : OnDevice() {
  if (device.is_cpu()) return;
  const auto stays = [&](const at::Tensor& tensor) {
    return std::any_of(staying.begin(), staying.end(),
                       [&](const at::Tensor& s) { return s.is_same(tensor); });
  };
  for (const auto& tensor : tensors_of(model)) {
    if (stays(tensor)) continue;
    move_to(tensor, device);
    moved_.push_back(tensor);
  }
}

OnDevice::~OnDevice() {
  try {
    for (const auto& tensor : moved_) move_to(tensor, at::kCPU);
  } catch (const std::exception&) {  // a GPU that has failed: the error that says so is on its way already
  }
}

std::vector<at::Tensor> on_device(const std::vector<at::Tensor>& tensors, at::Device device) {
  std::vector<at::Tensor> placed;
  for (const auto& tensor : tensors) placed.push_back(tensor.defined() ? tensor.to(device) : tensor);
  return placed;
}

}  // namespace qtool
