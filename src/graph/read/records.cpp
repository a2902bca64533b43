#include "graph/read/records.h"

#include <ATen/ops/empty.h>
#include <caffe2/serialize/inline_container.h>

#include "graph/read/flaw.h"
#include "graph/read/packed_convolution.h"
#include "graph/read/pickle.h"

namespace qtool {
namespace {

/// LibTorch 1.13 has no size apart from the bytes.
template <class Reader>
size_t size_of(Reader& reader, const std::string& name) {
  if constexpr (requires { reader.getRecordSize(name); })
    return reader.getRecordSize(name);
  else
    return std::get<1>(reader.getRecord(name));
}

void check_storage(const Records& records, const Pickle::Storage& storage, const std::string& name) {
  if (storage.bytes == 0) return;  // LibTorch does not read it
  if (!records.has(name)) throw Flaw("no record " + name + " for a tensor", "a record for each tensor");
  if (const int64_t there = records.size(name); there < storage.bytes)
    throw Flaw("record " + name + " of " + std::to_string(there) + " bytes for a tensor of " +
                   std::to_string(storage.bytes),
               "records that hold their tensors");
}

}  // namespace

Records::Records(const std::string& path)
    : reader_(std::make_unique<caffe2::serialize::PyTorchStreamReader>(path)) {}
Records::~Records() = default;

bool Records::has(const std::string& name) const { return reader_->hasRecord(name); }
std::vector<std::string> Records::names() const { return reader_->getAllRecords(); }

std::string Records::bytes(const std::string& name) const {
  const auto [data, size] = reader_->getRecord(name);
  return {static_cast<const char*>(data.get()), size};
}

at::Tensor Records::tensor(const std::string& name) const {
  auto [data, size] = reader_->getRecord(name);
  const c10::Storage storage(c10::Storage::use_byte_size_t(), size, std::move(data), nullptr,
                             /*resizable=*/false);
  return at::empty({0}, at::kByte).set_(storage, 0, {int64_t(size)}, {1});
}

int64_t Records::size(const std::string& name) const { return int64_t(size_of(*reader_, name)); }

std::vector<std::string> checked_types(const Records& records, const std::string& archive) {
  const std::string name = archive + ".pkl";
  const std::string bytes = records.bytes(name);
  try {
    const Pickle pickle(bytes);
    for (const Pickle::Storage& storage : pickle.storages())
      check_storage(records, storage, archive + "/" + storage.key);
    check_packed_convolutions(
        pickle, [&](const Pickle::Storage& storage) { return records.bytes(archive + "/" + storage.key); });
    return pickle.types();
  } catch (const Flaw& flaw) {
    throw Flaw(name + ": " + flaw.what(), flaw.expected);
  }
}

}  // namespace qtool
