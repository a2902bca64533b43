#include "export/onnx/free_lengths.h"

#include <algorithm>
#include <map>

namespace qtool::onnx {
namespace {

bool has_steps(const at::Tensor& tensor) {
  return tensor.dim() == 3 ||
         (tensor.dim() == 2 && at::isIntegralType(tensor.scalar_type(), /*includeBool=*/true));
}

/// One that is the same whatever the length stays; one that is not that length is left open.
Dimension dimension_of(const FreeLength& length, const std::vector<int64_t>& lengths,
                       const std::vector<Dimension>& sizes, const Dimension& before) {
  if (std::all_of(sizes.begin(), sizes.end(), [&](const auto& size) { return size == sizes[0]; }))
    return before;
  for (size_t i = 0; i < sizes.size(); ++i)
    if (sizes[i] != Dimension(lengths[i])) return std::string();
  return length.name;
}

}  // namespace

std::vector<FreeLength> sequence_lengths(const std::vector<at::Tensor>& example) {
  std::vector<FreeLength> lengths;
  std::map<int64_t, size_t> known;
  for (size_t i = 0; i < example.size(); ++i) {
    if (!has_steps(example[i])) continue;
    const auto [place, is_new] = known.emplace(example[i].size(1), lengths.size());
    if (is_new)
      lengths.push_back({lengths.empty() ? "sequence" : "sequence_" + std::to_string(lengths.size() + 1)});
    lengths[place->second].places.push_back({i, 1});
  }
  return lengths;
}

std::vector<int64_t> lengths_to_try(const FreeLength& length, const std::vector<at::Tensor>& example) {
  const auto& [input, axis] = length.places.at(0);
  const auto steps = example.at(input).size(int64_t(axis));
  const std::vector<int64_t> lengths = {steps, steps - 1, steps / 2};
  const bool fit = std::all_of(lengths.begin(), lengths.end(), [&](int64_t one) {
    return one >= std::max<int64_t>(length.least, 2) && one <= length.most;
  });
  return fit && lengths[1] != lengths[2] ? lengths : std::vector<int64_t>{};
}

std::vector<at::Tensor> at_length(const FreeLength& length, int64_t steps, std::vector<at::Tensor> example) {
  for (const auto& [input, axis] : length.places)
    example.at(input) = example[input].narrow(int64_t(axis), 0, steps).contiguous();
  return example;
}

void name_length(const FreeLength& length, const std::vector<int64_t>& lengths,
                 const std::vector<Model>& made, Model& file) {
  for (const auto& [input, axis] : length.places) file.inputs.at(input).shape.at(axis) = length.name;
  for (size_t i = 0; i < file.outputs.size(); ++i)
    for (size_t axis = 0; axis < file.outputs[i].shape.size(); ++axis) {
      std::vector<Dimension> sizes;
      for (const auto& model : made) sizes.push_back(model.outputs.at(i).shape.at(axis));
      auto& dimension = file.outputs[i].shape[axis];
      dimension = dimension_of(length, lengths, sizes, dimension);
    }
}

}  // namespace qtool::onnx
