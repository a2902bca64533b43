#include "data/zip_file.h"

#include "catch.h"
#include "data/files.h"
#include "data/reads.h"

namespace qtool {
namespace {

constexpr uint64_t kMostInZip = 1 << 20;
constexpr Packing kPackings[] = {Packing::kStored, Packing::kDeflated};

TEST_CASE("members are read in any order, stored or packed, and an empty one is none to read") {
  for (const Packing packing : kPackings) {
    const TemporaryFolder folder;
    put_zip(folder / "x.zip", {{"b", "0123456789"}, {"empty", ""}, {"a/c", "xyz"}}, packing);
    const auto members = open_zip(folder / "x.zip", kMostInZip);
    REQUIRE(members.size() == 3);
    CHECK(members[0].name == "b");
    CHECK(members[2].name == "a/c");
    CHECK(members[2].bytes->name() == folder / "x.zip:a/c");
    CHECK(read(*members[0].bytes, 7, 3) == "789");
    CHECK(read(*members[2].bytes, 0, 3) == "xyz");
    CHECK(read(*members[0].bytes, 0, 2) == "01");
    CHECK_NOTHROW(members[0].bytes->require_size(10));
    CHECK_NOTHROW(members[1].bytes->require_size(0));
    CHECK_THAT(message_of([&] { (void)read(*members[1].bytes, 0, 1); }), contains("truncated data file"));
  }
}

TEST_CASE("members that unpack to more than the limit are refused before they are read") {
  const TemporaryFolder folder;
  put_zip(folder / "x.zip", {{"zeros", std::string(3'000'000, '\0')}}, Packing::kDeflated);
  CHECK(std::filesystem::file_size(folder / "x.zip") < 10'000);
  for (const auto& action : {std::function<void()>([&] { (void)open_zip(folder / "x.zip", 2 << 20); }),
                             std::function<void()>([&] { check_zip_sizes(folder / "x.zip", 2 << 20); })})
    CHECK_THAT(message_of(action), contains("too large when it is unpacked") && contains("x.zip:zeros") &&
                                       contains("at least 3 MB") && contains("at most 2 MB") &&
                                       contains("max-mb=3"));
  CHECK(open_zip(folder / "x.zip", 3 << 20).size() == 1);
  put_zip(folder / "x.zip", {{"zeros", std::string(3'000'000, '\0')}},
          Packing::kStored);  // as large as the file
  CHECK_NOTHROW(check_zip_sizes(folder / "x.zip", 2 << 20));
}

TEST_CASE(
    "a flipped bit is found by its checksum, in whichever member, and in a file that was written again") {
  for (const Packing packing : kPackings) {
    const TemporaryFolder folder;
    put_zip(folder / "x.zip", {{"first", std::string(100, 'a')}, {"second", "123456789"}}, packing);
    CHECK_NOTHROW(open_zip(folder / "x.zip", kMostInZip));
    std::string bytes = get(folder / "x.zip");
    bytes[bytes.find("second") + 6 + 2] ^= 1;
    put(folder / "x.zip", bytes);
    CHECK_THAT(message_of([&] { (void)open_zip(folder / "x.zip", kMostInZip); }),
               contains("cannot read the zip file") && contains(folder / "x.zip") &&
                   contains("second is cut off or does not have its checksum"));
  }
}

TEST_CASE("what is no zip file is refused by the one who reads it, and passes the look at sizes") {
  const TemporaryFolder folder;
  put(folder / "x.zip", "hello");
  CHECK_THAT(message_of([&] { (void)open_zip(folder / "x.zip", kMostInZip); }),
             contains("cannot read the zip file"));
  CHECK_THAT(message_of([&] { (void)open_zip(folder / "none", kMostInZip); }), contains("No such file"));
  CHECK_NOTHROW(check_zip_sizes(folder / "x.zip", 1));
  CHECK_NOTHROW(check_zip_sizes(folder / "none", 1));
}

}  // namespace
}  // namespace qtool
