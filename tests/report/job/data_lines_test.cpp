#include "report/job/data_lines.h"

#include <nlohmann/json.hpp>

#include "catch.h"

using namespace qtool;

namespace {

ReportData sample_data() {
  return {.spec = "npz:x.npz",
          .inputs = {{.name = "image",
                      .dtype = "float32",
                      .shape = {3, 32, 32},
                      .low = -2.11790,
                      .high = 2.64,
                      .mean = 0.0125,
                      .deviation = 1.5,
                      .first_reader = "conv1 takes 3 channels"},
                     {.name = "flag", .dtype = "uint8", .low = 0, .high = 1, .mean = 0.5, .deviation = 0.5}},
          .notes = {"2 entries of images are left out"}};
}

}  // namespace

TEST_CASE("what arrived is told in a line for each input and note") {
  CHECK(data_lines(sample_data().inputs, sample_data().notes) ==
        std::vector<std::string>{
            "input image: float32 [3, 32, 32], -2.118 to 2.64, mean 0.0125, standard deviation 1.5; "
            "conv1 takes 3 channels",
            "input flag: uint8 [], 0 to 1, mean 0.5, standard deviation 0.5",
            "2 entries of images are left out"});
}

TEST_CASE("what arrived stands in report.json and report.md") {
  Report report;
  report.data = sample_data();
  const auto json = nlohmann::json::parse(to_json(report));
  CHECK(json["data"]["inputs"][0]["shape"] == std::vector<int64_t>{3, 32, 32});
  CHECK(json["data"]["inputs"][0]["mean"] == 0.0125);
  CHECK(json["data"]["inputs"][1]["first_reader"].is_null());
  CHECK(json["data"]["notes"][0] == "2 entries of images are left out");
  const auto text = to_markdown(report);
  CHECK_THAT(
      text,
      contains(
          "| `image` | float32 | [3, 32, 32] | -2.118 to 2.64 | 0.0125 | 1.5 | conv1 takes 3 channels |"));
  CHECK_THAT(text, contains("- 2 entries of images are left out\n"));
  CHECK_THAT(to_markdown({}), !contains("What arrived"));
}
