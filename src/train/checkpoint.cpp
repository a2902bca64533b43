#include "train/checkpoint.h"

#include <ATen/ops/empty.h>

#include <cstring>
#include <sstream>

#include "base/error.h"
#include "graph/builder.h"
#include "graph/read/read_model.h"

namespace qtool {
namespace {

constexpr const char* kNames = "names";  // the buffer with the names of the others, one a line

std::string buffer_name(size_t index) { return "tensor_" + std::to_string(index); }

}  // namespace

at::Tensor text_tensor(const std::string& text) {
  at::Tensor bytes = at::empty({int64_t(text.size())}, at::kByte);
  if (!text.empty()) std::memcpy(bytes.data_ptr(), text.data(), text.size());
  return bytes;
}

std::string tensor_text(const at::Tensor& bytes) {
  const at::Tensor flat = bytes.contiguous();
  return {static_cast<const char*>(flat.data_ptr()), size_t(flat.numel())};
}

void save_tensors(const std::string& path, const std::vector<NamedTensor>& tensors) {
  ModuleBuilder module("Checkpoint");
  std::string names;
  for (size_t i = 0; i < tensors.size(); ++i) {
    module.buffer(buffer_name(i), tensors[i].tensor.to(at::kCPU));
    names += tensors[i].name + "\n";
  }
  module.buffer(kNames, text_tensor(names));
  module.define("def forward(self):\n  return self.names");
  module.build().save(path);
}

std::vector<NamedTensor> load_named_tensors(const std::string& path) {
  const Model module = read_model(path);
  std::vector<NamedTensor> buffers = module.buffers();
  if (buffers.empty() || buffers.back().name != kNames)
    throw Error(ErrorKind::kUsage, {.what = "the file is not a checkpoint",
                                    .where = path,
                                    .got = "a TorchScript model of another kind",
                                    .expected = "a file that training has written",
                                    .fix = "give the folder of the run that is to be resumed"});
  std::istringstream names(tensor_text(buffers.back().tensor));
  buffers.pop_back();
  for (auto& buffer : buffers) std::getline(names, buffer.name);
  return buffers;
}

}  // namespace qtool
