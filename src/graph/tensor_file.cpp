#include "graph/tensor_file.h"

#include <ATen/core/ivalue.h>
#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/jit/serialization/import_read.h>

#include <filesystem>

#include "core/error.h"
#include "graph/archive_check.h"

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

/// The first line: LibTorch appends a stack trace.
std::string first_line(const std::string& message) { return message.substr(0, message.find('\n')); }

c10::IValue read_pickle(const std::string& path) {
  if (!std::filesystem::is_regular_file(path)) refuse("cannot read the tensor file", path, "no such file");
  try {
    caffe2::serialize::PyTorchStreamReader reader(path);
    return torch::jit::readArchiveAndTensors("data", /*pickle_prefix=*/"", /*tensor_prefix=*/"", {}, {},
                                             at::Device(at::kCPU), reader);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    refuse(kDamaged, path, first_line(error.what()));
  }
}

/// LibTorch's reader ignores the checksums.
void check_whole(const std::string& path) {
  if (const auto damaged = damaged_member(path); !damaged.empty())
    refuse(kDamaged, path, damaged + " is cut off or does not have its checksum");
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
  const c10::IValue value = read_pickle(path);
  check_whole(path);
  if (value.isGenericDict()) return from_dict(value, path);
  if (value.isTuple()) return from_sequence(value.toTupleRef().elements(), path);
  if (value.isList()) return from_sequence(value.toListRef(), path);
  return {{"", as_tensor(value, path, "the top")}};
}

}  // namespace qtool
