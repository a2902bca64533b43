#include "graph/read/pt2_tensors.h"

#include <ATen/ops/empty.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "graph/read/flaw.h"
#include "graph/read/view_reach.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

// torch/_export/serde/schema.py
constexpr at::ScalarType kTypes[] = {
    at::kByte,   at::kChar,        at::kShort,        at::kInt,           at::kLong, at::kHalf,    at::kFloat,
    at::kDouble, at::kComplexHalf, at::kComplexFloat, at::kComplexDouble, at::kBool, at::kBFloat16};
constexpr int64_t kStrided = 7;

std::vector<int64_t> extents(const Json& list) {
  std::vector<int64_t> numbers;
  for (const Json& item : list) {
    if (!item.contains("as_int")) throw Flaw("a weight without a fixed size", "sizes that are numbers");
    numbers.push_back(item.at("as_int").get<int64_t>());
  }
  return numbers;
}

at::Tensor storage_of(const Records& records, const std::string& name) {
  if (!records.has(name)) throw Flaw("no record " + name, "the bytes of each weight");
  return records.tensor(name);
}

at::Tensor view_of(const at::Tensor& storage, const Json& meta, const std::string& name) {
  if (!is_pt2_strided(meta.at("layout").get<int64_t>()))
    throw Flaw("the sparse weight " + name, "dense weights");
  const auto type = pt2_scalar_type(meta.at("dtype").get<int64_t>());
  const auto sizes = extents(meta.at("sizes")), strides = extents(meta.at("strides"));
  const auto offset = meta.at("storage_offset").at("as_int").get<int64_t>();
  const int64_t there = storage.numel() / int64_t(c10::elementSize(type)),
                wanted = reach_of_view(offset, sizes, strides);
  if (wanted > there)
    throw Flaw(
        name + " reaches element " + std::to_string(wanted - 1) + " of a record of " + std::to_string(there),
        "weights that lie inside their record");
  return at::empty({0}, type).set_(storage.storage(), offset, sizes, strides);
}

}  // namespace

at::ScalarType pt2_scalar_type(int64_t number) {
  if (number < 1 || number > int64_t(std::size(kTypes)))
    throw Flaw("a tensor of type number " + std::to_string(number), "one of LibTorch's types, 1 to 13");
  return kTypes[number - 1];
}

bool is_pt2_strided(int64_t layout) { return layout == kStrided; }

std::map<std::string, Pt2Tensor> read_pt2_tensors(const Records& records, const std::string& folder,
                                                  const Json& config) {
  std::map<std::string, at::Tensor> storages;
  std::map<std::string, Pt2Tensor> tensors;
  for (const auto& [name, entry] : config.at("config").items()) {
    if (entry.at("use_pickle").get<bool>())
      throw Flaw("the pickled weight " + name, "weights as plain bytes");
    if (entry.at("tensor_meta").is_null()) throw Flaw(name + ", a custom object", "tensors only");
    const std::string record = folder + entry.at("path_name").get<std::string>();
    if (!storages.count(record)) storages[record] = storage_of(records, record);
    at::Tensor tensor = view_of(storages[record], entry.at("tensor_meta"), name);
    const bool is_parameter = entry.at("is_param").get<bool>();
    if (is_parameter && tensor.is_floating_point()) tensor.set_requires_grad(true);
    tensors[name] = {tensor, is_parameter};
  }
  return tensors;
}

}  // namespace qtool
