#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>

#include "base/error.h"
#include "data/kinds.h"
#include "data/stack_samples.h"
#include "data/targets.h"
#include "data/unpacked_size.h"
#include "data/zip_file.h"
#include "graph/read/tensor_file.h"

namespace qtool {
namespace {

class Tensors : public Dataset {
 public:
  Tensors(std::vector<NamedTensor> inputs, std::vector<at::Tensor> targets)
      : inputs_(std::move(inputs)), targets_(std::move(targets)) {}

  int64_t size() const override { return inputs_[0].tensor.size(0); }
  bool has_targets() const override { return !targets_.empty(); }
  at::Tensor labels() override {
    const bool has_labels =
        !targets_.empty() && could_be_labels(targets_[0].scalar_type(), size_t(targets_[0].dim()));
    return has_labels ? targets_[0] : at::Tensor();
  }
  std::vector<std::string> input_names() const override {
    std::vector<std::string> names;
    for (const auto& input : inputs_)
      if (!input.name.empty()) names.push_back(input.name);
    return names;
  }
  Batch read(std::span<const int64_t> indices) override {
    at::Tensor index = at::empty({int64_t(indices.size())}, at::kLong);
    std::copy(indices.begin(), indices.end(), index.data_ptr<int64_t>());
    Batch batch;
    for (const auto& input : inputs_) batch.inputs.push_back(input.tensor.index_select(0, index));
    for (const auto& target : targets_) batch.targets.push_back(target.index_select(0, index));
    return batch;
  }

 private:
  std::vector<NamedTensor> inputs_;
  std::vector<at::Tensor> targets_;  ///< as Batch has them
};

[[noreturn]] void refuse(const std::string& what, const std::string& where, const std::string& got,
                         const std::string& expected) {
  throw Error(
      ErrorKind::kUsage,
      {.what = what,
       .where = where,
       .got = got,
       .expected = expected,
       .fix = "save a tensor, a list of tensors, or a dict of tensors, with as many samples in each"});
}

void require_samples(const at::Tensor& tensor, const std::string& where) {
  if (tensor.layout() != at::kStrided || tensor.is_quantized() || tensor.is_complex())
    refuse("unsupported kind of tensor", where, tensor.toString(), "a dense tensor of real numbers");
  if (tensor.dim() == 0)
    refuse("tensor without samples", where, "a single number", "samples along the first axis");
  if (tensor.numel() == 0) refuse("zero samples", where, shape_text(tensor.sizes()), "at least one sample");
}

void require_same_count(const at::Tensor& tensor, const at::Tensor& first, const std::string& where) {
  if (tensor.size(0) == first.size(0)) return;
  refuse("tensors differ in their number of samples", where, std::to_string(tensor.size(0)) + " samples",
         std::to_string(first.size(0)) + " samples, as in the first");
}

}  // namespace

std::unique_ptr<Dataset> open_tensors(const DataSpec& spec) {
  std::vector<NamedTensor> inputs;
  std::vector<NamedTensor> targets;
  check_zip_sizes(spec.path, most_unpacked_bytes(spec));
  for (auto& [name, tensor] : load_tensors(spec.path)) {
    const std::string where = name.empty() ? spec.path : spec.path + ":" + name;
    require_samples(tensor, where);
    require_labels(name, tensor.scalar_type(), size_t(tensor.dim()), where);
    (is_target_name(name) ? targets : inputs).push_back({name, tensor.detach()});
  }
  if (inputs.empty())
    refuse("no input tensors", spec.path, "nothing but labels or targets", "a tensor for each input");
  for (const auto* tensors : {&inputs, &targets})
    for (const auto& [name, tensor] : *tensors)
      require_same_count(tensor, inputs[0].tensor, name.empty() ? spec.path : spec.path + ":" + name);
  std::vector<at::Tensor> answers;
  for (const auto& [name, tensor] : targets) answers.push_back(as_target(tensor));
  return std::make_unique<Tensors>(std::move(inputs), std::move(answers));
}

}  // namespace qtool
