#include "data/byte_source.h"

#include <cstdlib>

#include "catch.h"
#include "data/files.h"
#include "data/reads.h"

namespace qtool {
namespace {

constexpr uint64_t kMost = 1 << 24;

/// 1 MB that does not compress to nothing.
std::string long_text() {
  std::string text;
  for (uint32_t i = 0; text.size() < 1'000'000; ++i) text += std::to_string(i * 2654435761u);
  return text;
}

TEST_CASE("plain and gzip files read alike, in any order") {
  const TemporaryFolder folder;
  const std::string text = long_text();
  put(folder / "plain", text);
  put(folder / "packed", gzip(text));
  for (const char* name : {"plain", "packed"}) {
    const auto source = open_bytes(folder / name, kMost);
    CHECK_NOTHROW(source->require_size(text.size()));
    CHECK(read(*source, 10, 5) == text.substr(10, 5));
    CHECK(read(*source, text.size() - 7, 7) == text.substr(text.size() - 7));
    CHECK(read(*source, 500'000, 300'000) == text.substr(500'000, 300'000));
    CHECK(read(*source, 0, 3) == text.substr(0, 3));
    CHECK_THAT(message_of([&] { (void)read(*source, text.size() - 1, 2); }), contains("truncated data file"));
  }
}

TEST_CASE("unpacking leaves no name behind in the temporary folder") {
  const TemporaryFolder folder, temporary;
  put(folder / "packed", gzip(long_text()));
  const char* old = std::getenv("TMPDIR");
  const std::string previous = old ? old : "";
  setenv("TMPDIR", temporary.path().c_str(), 1);
  const auto source = open_bytes(folder / "packed", kMost);
  (void)read(*source, 900'000, 10);
  CHECK(std::filesystem::is_empty(temporary.path()));
  old ? setenv("TMPDIR", previous.c_str(), 1) : unsetenv("TMPDIR");
}

TEST_CASE("several gzip members in one file are one stream") {
  const TemporaryFolder folder;
  put(folder / "two", gzip("hello ") + gzip("world"));
  const auto source = open_bytes(folder / "two", kMost);
  CHECK_NOTHROW(source->require_size(11));
  CHECK(read(*source, 0, 11) == "hello world");
}

TEST_CASE("sizes that do not fit are told") {
  const TemporaryFolder folder;
  put(folder / "plain", "12345");
  put(folder / "packed", gzip("12345"));
  for (const char* name : {"plain", "packed"}) {
    const auto source = open_bytes(folder / name, kMost);
    CHECK_THAT(message_of([&] { source->require_size(6); }),
               contains("truncated data file") && contains(folder / name) && contains("got:      5 bytes") &&
                   contains("expected: 6 bytes"));
    CHECK_THAT(message_of([&] { source->require_size(4); }),
               contains("data file is longer than its header says"));
  }
}

TEST_CASE("truncated and damaged gzip files are told apart") {
  const TemporaryFolder folder;
  const std::string text = long_text(), packed = gzip(text);
  put(folder / "truncated", packed.substr(0, packed.size() / 2));
  put(folder / "damaged", packed.substr(0, 1000) + std::string(500, '\xff') + packed.substr(1500));
  CHECK_THAT(message_of([&] { open_bytes(folder / "truncated", kMost)->require_size(text.size()); }),
             contains("truncated gzip file") && contains(folder / "truncated"));
  CHECK_THAT(message_of([&] { (void)read(*open_bytes(folder / "damaged", kMost), 0, text.size()); }),
             contains("damaged gzip file") && contains(folder / "damaged"));
}

TEST_CASE("what is no readable file is named") {
  const TemporaryFolder folder;
  CHECK_THAT(message_of([&] { (void)open_bytes(folder / "none", kMost); }),
             contains("cannot read the data file") && contains(folder / "none") && contains("No such file"));
  CHECK_THAT(message_of([&] { (void)open_bytes(folder.path(), kMost); }), contains("not a regular file"));
}

TEST_CASE("packed bytes are unpacked to no more than the limit, whatever the file says") {
  const TemporaryFolder folder;
  put(folder / "zeros", gzip(std::string(3'000'000, '\0')));
  const auto source = open_bytes(folder / "zeros", 1 << 20);
  CHECK(read(*source, 100, 3) == std::string(3, '\0'));
  for (const auto& action : {std::function<void()>([&] { source->require_size(3'000'000); }),
                             std::function<void()>([&] { (void)read(*source, 2'500'000, 1); })})
    CHECK_THAT(message_of(action), contains("too large when it is unpacked") && contains(folder / "zeros") &&
                                       contains("at most 1 MB") && contains("max-mb="));
}

}  // namespace
}  // namespace qtool
