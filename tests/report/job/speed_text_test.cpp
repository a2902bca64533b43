#include "report/job/speed_text.h"

#include "catch.h"
#include "report/job/headline.h"

using namespace qtool;

TEST_CASE("a ratio below one is turned around") {
  CHECK(times_text(3.94, "smaller", "larger") == "3.9 times smaller");
  CHECK(times_text(0.8, "smaller", "larger") == "1.2 times larger");
  CHECK(speed_text({.float_ms = 4, .int8_ms = 2}) == "2.0 times faster");
  CHECK(speed_text({.float_ms = 2, .folded_ms = 1, .int8_ms = 4}) ==
        "2.0 times slower (0.2 than float folded and frozen)");
}

TEST_CASE("int8 that is slower than float, as saved or folded and frozen, is told first, and what to do") {
  Report report;
  report.targets = {{.name = "libtorch"}};
  report.timing.latency = ReportLatency{.float_ms = 4, .folded_ms = 1.5, .int8_ms = 2};
  CHECK(headline(report) ==
        "Slower than float: int8 takes 0.50 of its time as saved, 1.33 folded and frozen; try --target "
        "libtorch-onednn or --prefer speed. Not verified on data.");
  report.timing.latency->folded_ms = 1.97;  // noise
  CHECK(headline(report) == "2.0 times faster (1.0 than float folded and frozen), not verified on data.");
}

TEST_CASE("what helps against slowness depends on the file, and without times nothing is said") {
  Report report;
  CHECK(slower_text(report).empty());
  report.targets = {{.name = "onnx"}};
  report.timing.latency = ReportLatency{.float_ms = 2, .int8_ms = 3};
  CHECK(slower_text(report) ==
        "Slower than float: int8 takes 1.50 of its time as saved; try another --target or --prefer speed.");
}
