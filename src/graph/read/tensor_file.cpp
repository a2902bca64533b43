#include "graph/read/tensor_file.h"

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/serialization/import_read.h>

#include <filesystem>

#include "base/error.h"
#include "base/first_sentence.h"
#include "base/machine_failure.h"
#include "graph/read/archive_check.h"
#include "graph/read/records.h"

namespace qtool {
namespace {

constexpr const char* kDamaged = "not tensors saved by PyTorch, or damaged";

[[noreturn]] void refuse(const std::string& what, const std::string& path, const std::string& got) {
  throw Error(ErrorKind::kUsage,
              {.what = what,
               .where = path,
               .got = got,
               .expected = "a tensor, a list of tensors or a dict of them, saved by torch.save "
                           "of PyTorch 1.6 or newer",
               .fix = "save it again: torch.save({'x': x, 'labels': y}, path)"});
}

/// LibTorch's reader looks neither at checksums nor at sizes.
void check_whole(const std::string& path) {
  if (!std::filesystem::is_regular_file(path)) refuse("cannot read the tensor file", path, "no such file");
  if (const auto flaw = flaw_of_archive(path); !flaw.empty()) refuse(kDamaged, path, flaw);
}

c10::IValue read_pickle(const std::string& path) {
  try {
    const Records records(path);
    (void)checked_types(records, "data");
    return torch::jit::readArchiveAndTensors("data", /*pickle_prefix=*/"", /*tensor_prefix=*/"", {}, {},
                                             at::Device(at::kCPU), records.reader());
  } catch (const std::exception& error) {
    rethrow_if_not_to_blame(error);
    refuse(kDamaged, path, first_sentence(error.what()));
  }
}

at::Tensor as_tensor(const c10::IValue& value, const std::string& path, const std::string& name) {
  if (!value.isTensor() || !value.toTensor().defined())
    refuse("not a tensor", path, "a " + value.tagKind() + " at " + name);
  return value.toTensor();
}

std::vector<NamedTensor> from_dict(const c10::IValue& value, const std::string& path) {
  std::vector<NamedTensor> tensors;
  for (const auto& entry : value.toGenericDict()) {
    if (!entry.key().isString())
      refuse("dict keys must be strings", path, "a key of kind " + entry.key().tagKind());
    const std::string name = entry.key().toStringRef();
    tensors.push_back({name, as_tensor(entry.value(), path, "'" + name + "'")});
  }
  return tensors;
}

template <class Values>
std::vector<NamedTensor> from_sequence(const Values& values, const std::string& path) {
  std::vector<NamedTensor> tensors;
  for (const c10::IValue& value : values)
    tensors.push_back({"", as_tensor(value, path, "place " + std::to_string(tensors.size()))});
  return tensors;
}

}  // namespace

std::vector<NamedTensor> load_tensors(const std::string& path) {
  check_whole(path);
  const c10::IValue value = read_pickle(path);
  if (value.isGenericDict()) return from_dict(value, path);
  if (value.isTuple()) return from_sequence(value.toTupleRef().elements(), path);
  if (value.isList()) return from_sequence(value.toListRef(), path);
  return {{"", as_tensor(value, path, "the top")}};
}

}  // namespace qtool
