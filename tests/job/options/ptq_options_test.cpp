#include "job/options/ptq_options.h"

#include "catch.h"
#include "data/files.h"

using namespace qtool;

namespace {

PtqOptions with_data() {
  PtqOptions options;
  options.model = "model.pt";
  options.output = "out";
  options.data = "random:1x28x28";
  return options;
}

std::string refusal(const PtqOptions& options) {
  return message_of([&] { check(options); });
}

}  // namespace

TEST_CASE("data, or statistics of an earlier run, are needed") {
  check(with_data());
  auto options = with_data();
  options.data = "";
  CHECK_THAT(refusal(options), contains("no data to calibrate on"));
  options.from_calibration = "calibration.json";
  check(options);
}

TEST_CASE("improvements by name need data") {
  auto options = with_data();
  options.improve = {"batch-norm"};
  check(options);
  options.data = "";
  options.from_calibration = "calibration.json";
  CHECK_THAT(refusal(options), contains("improvements need samples to work with"));
  options.improve = {"auto"};
  check(options);
}

TEST_CASE("statistics have one source") {
  auto options = with_data();
  options.from_calibration = "a.json";
  options.merge_calibration = {"b.json"};
  CHECK_THAT(refusal(options), contains("two sources of statistics"));
}

TEST_CASE("verification needs data, and gates need verification") {
  auto options = with_data();
  options.data = "";
  options.from_calibration = "a.json";
  options.verify_samples = 10;
  CHECK_THAT(refusal(options), contains("no data to verify on"));
  options = with_data();
  options.verify_samples = 0;
  options.gates.max_drop = 1;
  CHECK_THAT(refusal(options), contains("these gates need a verified model"));
  options.gates = {.max_size_ratio = 0.3};
  check(options);
}
