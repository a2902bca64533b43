#include <cstring>

#include "catch.h"
#include "data/byte_source.h"
#include "data/files.h"
#include "data/reads.h"

namespace qtool {
namespace {

constexpr uint64_t kMostUnpacked = 1 << 24;

/// Gives a text, at most three bytes at a time.
Unpacker unpacker_of(const std::string& text) {
  return [text, given = size_t(0)](char* to, size_t count) mutable {
    const size_t some = std::min({count, size_t(3), text.size() - given});
    std::memcpy(to, text.data() + given, some);
    given += some;
    return some;
  };
}

TEST_CASE("a packed stream is unpacked once and no further than needed") {
  int64_t unpacked = 0;
  const auto source = unpack_once(
      "stream",
      [&](char* to, size_t count) {
        std::fill(to, to + count, char('a' + unpacked / 1'000'000));
        unpacked += int64_t(count);
        return unpacked > 5'000'000 ? 0 : count;
      },
      std::nullopt, kMostUnpacked);
  CHECK(read(*source, 0, 10) == std::string(10, 'a'));
  CHECK(unpacked < 1'000'000);
  CHECK(read(*source, 1'900'000, 10) == std::string(10, 'b'));
  const int64_t before = unpacked;
  CHECK(before < 3'000'000);
  CHECK(read(*source, 5, 10) == std::string(10, 'a'));
  CHECK(unpacked == before);
}

TEST_CASE("what a stream gives in pieces is read at any place") {
  const auto source = unpack_once("stream", unpacker_of("0123456789"), std::nullopt, kMostUnpacked);
  CHECK(source->name() == "stream");
  CHECK(read(*source, 2, 6) == "234567");
  CHECK(read(*source, 0, 3) == "012");
  CHECK_THAT(message_of([&] { (void)read(*source, 8, 3); }), contains("truncated data file"));
}

TEST_CASE("a stated size is believed until the end is read, and one that is wrong is found out") {
  bool has_run = false;
  const auto unpacker = [&](char*, size_t) {
    has_run = true;
    return size_t(0);
  };
  const auto stated = unpack_once("stream", unpacker, 10, kMostUnpacked);
  CHECK_NOTHROW(stated->require_size(10));
  CHECK_FALSE(has_run);
  CHECK_THAT(message_of([&] { stated->require_size(9); }),
             contains("stream") && contains("expected: 9 bytes"));
  CHECK(has_run);
  CHECK_NOTHROW(unpack_once("stream", unpacker_of("12345"), std::nullopt, kMostUnpacked)->require_size(5));
}

}  // namespace
}  // namespace qtool
