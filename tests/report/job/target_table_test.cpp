#include "report/job/target_table.h"

#include "catch.h"
#include "report/sample_report.h"

using namespace qtool;

namespace {

using Row = std::vector<std::string>;

/// Of two runtimes, of which only the first is here.
Report report_of_two() {
  auto report = sample_report();
  report.targets = {{.name = "libtorch",
                     .file = "model.int8.pt",
                     .bytes = 100000,
                     .rung = "int8",
                     .runtime = "LibTorch 2.13.0",
                     .simulated = report.simulated_vs_int8},
                    {.name = "tensorrt", .file = "model.tensorrt.onnx", .bytes = 90000, .rung = "tensorrt"}};
  report.timing.files_ms = {{"int8", 2.5}};
  return report;
}

}  // namespace

TEST_CASE("files for several runtimes stand side by side, those that ran nowhere with dashes") {
  CHECK(target_table(report_of_two()) ==
        std::vector{
            Row{"file", "run by", "size", "top-1", "same top-1 as float", "from simulated", "a batch"},
            Row{"model.int8.pt", "LibTorch 2.13.0", "100.0 kB", "91.50 %", "99.55 %", "1 step", "2.50 ms"},
            Row{"model.tensorrt.onnx", "nothing here", "90.0 kB", "-", "-", "-", "-"}});
  CHECK_THAT(to_markdown(report_of_two()),
             contains("## Files for runtimes") && contains("| model.tensorrt.onnx |"));
}

TEST_CASE("one file needs no table") {
  auto report = report_of_two();
  report.targets.resize(1);
  CHECK(target_table(report).empty());
  CHECK_THAT(to_markdown(report), !contains("Files for runtimes"));
}

TEST_CASE("what stays float differs by a number, not by steps") {
  CHECK(off_by_text({.max_steps = 2}) == "2 steps");
  CHECK(off_by_text({}) == "0 steps");
  CHECK(off_by_text({.max_difference = 0.25}) == "0.25");
}
