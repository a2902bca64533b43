#include "export/onnx/builder.h"

#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>

namespace qtool::onnx {
namespace {

constexpr int64_t kSmall = 64;  ///< values

std::string key_of(const at::Tensor& values) {
  std::string key = std::to_string(data_type(values.scalar_type())) + ":";
  for (const auto length : values.sizes()) key += std::to_string(length) + ",";
  return key.append(static_cast<const char*>(values.data_ptr()), values.nbytes());
}

}  // namespace

std::string Builder::unique(const std::string& hint) {
  std::string name = hint;
  for (int n = 2; !taken_.insert(name).second; ++n) name = hint + "_" + std::to_string(n);
  return name;
}

std::string Builder::add(const std::string& type, const std::vector<std::string>& inputs,
                         const std::string& hint, const Attributes& attributes) {
  return add_many(type, inputs, hint, 1, attributes)[0];
}

std::vector<std::string> Builder::add_many(const std::string& type, const std::vector<std::string>& inputs,
                                           const std::string& hint, size_t count,
                                           const Attributes& attributes) {
  std::vector<std::string> outputs;
  for (size_t i = 0; i < count; ++i) outputs.push_back(unique(hint));
  model_.nodes.push_back({type, outputs[0], inputs, outputs, attributes});
  return outputs;
}

std::string Builder::constant(const at::Tensor& values, const std::string& hint) {
  const auto held = values.detach().contiguous();
  if (held.numel() > kSmall) {
    model_.initializers.push_back({unique(hint), held});
    return model_.initializers.back().name;
  }
  auto& name = small_[key_of(held)];
  if (name.empty()) {
    name = unique(hint);
    model_.initializers.push_back({name, held});
  }
  return name;
}

std::string Builder::own_constant(const at::Tensor& values, const std::string& name, bool is_int4) {
  if (taken_.insert(name).second)
    model_.initializers.push_back({name, values.detach().contiguous(), is_int4});
  return name;
}

std::string Builder::unpacked_int4(const at::Tensor& values, const std::string& name) {
  const auto packed = own_constant(values, name + "/packed", /*is_int4=*/true);
  return add("Cast", {packed}, name, {{"to", int64_t(data_type(at::kChar))}});
}

std::string Builder::constant(const std::vector<int64_t>& values) {
  return constant(at::tensor(values), "constant");
}

std::string Builder::scalar(int64_t value) {
  return constant(at::scalar_tensor(value, at::kLong), "constant");
}

std::string Builder::scalar(double value, at::ScalarType type) {
  return constant(at::scalar_tensor(value, at::kDouble).to(type), "constant");
}

}  // namespace qtool::onnx
