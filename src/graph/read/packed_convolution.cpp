#include "graph/read/packed_convolution.h"

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "graph/read/flaw.h"

namespace qtool {
namespace {

using Id = Pickle::Id;
using Kind = Pickle::Kind;

[[noreturn]] void unfit(const std::string& got) {
  throw Flaw("an int8 convolution with " + got,
             "strides, dilations and groups of at least 1, paddings of at least 0, as PyTorch 1.6 and newer "
             "pack them");
}

bool is_packed_convolution(std::string_view type) {
  return type.starts_with("__torch__.torch.classes.quantized.Conv");
}

/// The settings of a convolution: (version, [settings, weight], [bias]).
Id settings_of(const Pickle& pickle, Id state) {
  if (!pickle.is(state, Kind::kTuple)) unfit("no settings");
  const auto parts = pickle.items(state);
  if (parts.size() != 3 || !pickle.is(parts[0], Kind::kText) || pickle.text(parts[0]) != "2")
    unfit("settings of another version");
  if (!pickle.is(parts[1], Kind::kList)) unfit("no settings");
  const auto tensors = pickle.items(parts[1]);
  if (tensors.empty() || !pickle.is(tensors[0], Kind::kTensor)) unfit("no settings");
  return tensors[0];
}

/// Of int16 [n]: dimensions; for each of them stride, padding, dilation, output padding; groups; whether transposed.
std::vector<int16_t> numbers_of(const Pickle& pickle, Id id,
                                const std::function<std::string(const Pickle::Storage&)>& bytes_of) {
  const Pickle::Tensor& tensor = pickle.tensor(id);
  const Pickle::Storage& storage = pickle.storages()[tensor.storage];
  if (storage.type != "ShortStorage" || tensor.sizes.size() != 1 ||
      (tensor.elements > 1 && tensor.strides[0] != 1))
    unfit("settings that are no list of numbers");
  std::vector<int16_t> numbers(size_t(tensor.elements));
  if (numbers.empty()) return numbers;  // and its offset may lie anywhere
  const std::string bytes = bytes_of(storage);
  std::memcpy(numbers.data(), bytes.data() + tensor.offset * int64_t(sizeof(int16_t)),
              numbers.size() * sizeof(int16_t));
  return numbers;
}

void check_numbers(const std::vector<int16_t>& numbers) {
  const size_t dimensions = numbers.empty() ? 0 : size_t(numbers[0]);
  if (dimensions < 1 || dimensions > 3 || numbers.size() != 4 * dimensions + 3)
    unfit("settings of another length");
  const auto check = [&](const char* name, size_t begin, size_t count, int16_t least) {
    for (size_t i = begin; i < begin + count; ++i)
      if (numbers[i] < least) unfit(std::string(name) + " " + std::to_string(numbers[i]));
  };
  check("stride", 1, dimensions, 1);
  check("padding", 1 + dimensions, dimensions, 0);
  check("dilation", 1 + 2 * dimensions, dimensions, 1);
  check("output padding", 1 + 3 * dimensions, dimensions, 0);
  check("groups", 1 + 4 * dimensions, 1, 1);
}

}  // namespace

void check_packed_convolutions(const Pickle& pickle,
                               const std::function<std::string(const Pickle::Storage&)>& bytes_of) {
  for (const Pickle::Object& object : pickle.objects())
    if (is_packed_convolution(object.type))
      check_numbers(numbers_of(pickle, settings_of(pickle, object.state), bytes_of));
}

}  // namespace qtool
