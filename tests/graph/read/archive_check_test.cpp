#include "graph/read/archive_check.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

#include "catch.h"
#include "graph/graphs.h"

using namespace qtool;

namespace {

/// As a zip file's directory says it; the bytes that are there may be others.
struct Member {
  std::string name, bytes = "";
  uint32_t checksum = 0;  ///< of no bytes
  uint32_t packed = 0, unpacked = 0;
  uint16_t method = 0;  ///< 8: deflated
};

constexpr uint32_t kDigitsChecksum = 0xcbf43926;  ///< CRC-32 of 123456789, as textbooks give it
const Member kDigits = {"net/digits", "123456789", kDigitsChecksum, 9, 9};

std::string little(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += i < 8 ? char(value >> (8 * i) & 255) : char(0);
  return text;
}

/// The fields that a local header and a directory entry have in common.
std::string fields(const Member& member) {
  return little(20, 2) + little(0, 2) + little(member.method, 2) + little(0, 4) + little(member.checksum, 4) +
         little(member.packed, 4) + little(member.unpacked, 4) + little(member.name.size(), 2) + little(0, 2);
}

/// A zip file, removed at the end.
class Zip {
 public:
  explicit Zip(const std::vector<Member>& members) {
    std::string file, directory;
    for (const auto& member : members) {
      directory += "PK\x01\x02" + little(20, 2) + fields(member) + little(0, 10) + little(file.size(), 4) +
                   member.name;
      file += "PK\x03\x04" + fields(member) + member.name + member.bytes;
    }
    const auto count = little(members.size(), 2);
    const auto end = "PK\x05\x06" + little(0, 4) + count + count + little(directory.size(), 4) +
                     little(file.size(), 4) + little(0, 2);
    std::ofstream(path, std::ios::binary) << file << directory << end;
  }
  Zip(const Zip&) = delete;
  Zip& operator=(const Zip&) = delete;
  ~Zip() { std::filesystem::remove(path); }

  std::string path = temporary_path("archive_check.zip");
};

std::string flaw(const std::vector<Member>& members) { return flaw_of_archive(Zip(members).path); }

}  // namespace

TEST_CASE("a zip file whose members have their checksums has no flaw") {
  CHECK(flaw({kDigits, {"net/empty"}}).empty());
  CHECK(damaged_member(Zip({kDigits}).path).empty());
}

TEST_CASE("a damaged member is named") {
  auto damaged = kDigits;
  damaged.bytes[4] = 'x';
  CHECK(damaged_member(Zip({kDigits, damaged}).path) == "net/digits");
  CHECK(flaw({{"net/empty"}, damaged}) == "net/digits is cut off or does not have its checksum");
  CHECK(flaw_of_archive("/nowhere.zip") == "its directory is cut off");
}

TEST_CASE("a directory that no archive of PyTorch's has is refused before anything is unpacked") {
  CHECK(flaw({{"net/a"}, {"net/b"}, {"net/a"}}) == "two members have the name net/a");
  auto large = kDigits;
  large.packed = large.unpacked = 1000;  // the file has fewer
  CHECK(flaw({large}) == "its members lie in each other");
  const Member bomb = {"net/bomb", "", 0, 0, 0xf0000000, 8};  // 3.75 GiB
  CHECK(flaw({bomb}) == "it unpacks to more than 2 GiB; PyTorch stores weights as they are");
}

TEST_CASE("a member is looked for in the root folder") {
  const Zip zip({{"net/version"}, {"net/data/version.old"}});
  CHECK(archive_holds(zip.path, "version"));
  CHECK_FALSE(archive_holds(zip.path, "old"));
  CHECK_FALSE(archive_holds("/nowhere.zip", "version"));
}

TEST_CASE("a zip file is known by its first bytes") {
  CHECK(is_zip("PK\x03\x04 and more"));
  CHECK_FALSE(is_zip("PK\x05\x06"));
  CHECK_FALSE(is_zip("P"));
}
