#include "data/unpacked_size.h"

#include "base/error.h"

namespace qtool {
namespace {

constexpr int64_t kMostOfPicture = 256;  // MB; PIL's limit, 89 million pixels of three bytes
constexpr int64_t kMostOfArchive = 2048;
constexpr uint64_t kMegabyte = uint64_t{1} << 20;

}  // namespace

uint64_t most_unpacked_bytes(const DataSpec& spec) {
  const int64_t usual = spec.kind == DataKind::kImages ? kMostOfPicture : kMostOfArchive;
  return uint64_t(spec.max_mb > 0 ? spec.max_mb : usual) * kMegabyte;
}

void check_unpacked_size(uint64_t bytes, uint64_t most, const std::string& where) {
  if (bytes <= most) return;
  const uint64_t megabytes = bytes / kMegabyte + (bytes % kMegabyte != 0);
  throw Error(ErrorKind::kUsage, {.what = "too large when it is unpacked",
                                  .where = where,
                                  .got = "at least " + std::to_string(megabytes) + " MB",
                                  .expected = "at most " + std::to_string(most / kMegabyte) + " MB",
                                  .fix = "if the file is to be trusted, add max-mb=" +
                                         std::to_string(megabytes) + " or more to the data"});
}

}  // namespace qtool
