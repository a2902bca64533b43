#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "graph/model.h"

namespace qtool {

/// Keeps a model's parameters, buffers and other tensors among its attributes on a device while it lives, then brings
/// them back to the CPU: the tensors stay the same objects, so whoever shares them sees what was trained. `staying` are
/// left where they are: switches that our operators read. Does nothing where the device is the CPU. What forward() has
/// as constants follows its inputs (Model::forward).
class OnDevice {
 public:
  OnDevice(const Model& model, at::Device device, const std::vector<at::Tensor>& staying = {});
  ~OnDevice();
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;

 private:
  OnDevice() =
      default;  ///< complete before anything is moved, so that what is moved goes back where the rest fails
  std::vector<at::Tensor> moved_;
};

/// Copies on the device, or the tensors themselves where they are there already; undefined ones stay so.
[[nodiscard]] std::vector<at::Tensor> on_device(const std::vector<at::Tensor>& tensors, at::Device device);

}  // namespace qtool
