#include "calibrate/statistics_file.h"

#include "catch.h"
#include "data/files.h"
#include "observed.h"

using namespace qtool;

namespace {

Statistics two_sites() {
  auto seen = observed({-1.5F, 0.1F, 3e-39F, 1e30F});
  seen.channel_lows = {-1.5F, 0.1F};
  seen.channel_highs = {3e-39F, 1e30F};
  SiteStatistics unseen;
  unseen.site = "fc:output";
  return {.model_sha256 = "abc123", .samples = 4, .sites = {seen, unseen}};
}

/// What reading the file of two_sites() says after `from` in it has become `to`.
std::string message_with(const std::string& from, const std::string& to) {
  const TemporaryFolder folder;
  const auto path = folder / "calibration.json";
  write_statistics(two_sites(), path);
  auto text = get(path);
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  put(path, text.replace(at, from.size(), to));
  const auto message = message_of([&] { (void)read_statistics(path); });
  CHECK_THAT(message, contains("this is not a calibration file that qtool can use"));
  CHECK_THAT(message, contains(path));
  return message;
}

}  // namespace

TEST_CASE("what is written is read, and written again as the same bytes") {
  const TemporaryFolder folder;
  const auto original = two_sites();
  write_statistics(original, folder / "a.json");
  const auto read = read_statistics(folder / "a.json");
  CHECK(read.model_sha256 == "abc123");
  CHECK(read.samples == 4);
  REQUIRE(read.sites.size() == 2);
  CHECK(same(read.sites[0], original.sites[0]));
  CHECK(read.sites[1].site == "fc:output");
  CHECK(read.sites[1].values == 0);
  write_statistics(read, folder / "b.json");
  CHECK(get(folder / "a.json") == get(folder / "b.json"));
}

TEST_CASE("other files are refused") {
  const TemporaryFolder folder;
  const auto message = [&](const std::string& text) {
    put(folder / "x.json", text);
    return message_of([&] { (void)read_statistics(folder / "x.json"); });
  };
  CHECK_THAT(message("PK\x03\x04"), contains("no JSON at byte 1"));
  CHECK_THAT(message(""), contains("no JSON at byte 1"));
  CHECK_THAT(message("[1, 2]"), contains("another kind of file"));
  CHECK_THAT(message("{\"schema\": 7}"), contains("another kind of file"));
  CHECK_THAT(message("{\"schema\": \"qtool-calibration-2\"}"), contains("another kind of file"));
  CHECK_THAT(message("{\"schema\": \"qtool-calibration-1\"}"), contains("model_sha256"));
  CHECK_THROWS_AS(read_statistics(folder / "missing.json"), Error);
}

TEST_CASE("a truncated file is refused wherever it ends") {
  const TemporaryFolder folder;
  write_statistics(two_sites(), folder / "a.json");
  const auto text = get(folder / "a.json");
  for (size_t length = 0; length + 2 < text.size(); length += 37) {
    put(folder / "b.json", text.substr(0, length));
    INFO(length);
    CHECK_THROWS_AS(read_statistics(folder / "b.json"), Error);
  }
}

TEST_CASE("numbers of a wrong type are refused") {
  CHECK_THAT(message_with("\"samples\": 4", "\"samples\": \"4\""), contains("type must be number"));
  CHECK_THAT(message_with("\"low\":-1.5", "\"low\":null"), contains("type must be number"));
  CHECK_THAT(message_with("\"counts\":[", "\"counts\":[[],"), contains("type must be number"));
}

TEST_CASE("numbers that contradict each other are refused") {
  CHECK_THAT(message_with("\"values\":4", "\"values\":5"),
             contains("conv:output: 4 values in the histogram, 5 in all"));
  CHECK_THAT(message_with("\"low\":-1.5", "\"low\":1e31"),
             contains("a range of conv:output that contradicts itself"));
  CHECK_THAT(message_with("\"batches\":1", "\"batches\":0"),
             contains("a range of conv:output that contradicts itself"));
  CHECK_THAT(message_with("\"first\":-2048", "\"first\":-1"),
             contains("a histogram of conv:output that contradicts itself"));
  CHECK_THAT(message_with("\"counts\":[", "\"counts\":[-1,"),
             contains("a histogram of conv:output that contradicts itself"));
  CHECK_THAT(message_with("\"skipped\":", "\"skipped\":9"),
             contains("a histogram of conv:output that contradicts itself"));
}
