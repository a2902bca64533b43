#include "job/road/training_verdict.h"

#include "catch.h"

using namespace qtool;

namespace {

ReportAccuracy ladder(const Rung& ptq, const Rung& int8, int64_t samples = 1000) {
  return {.metrics = {{.name = "top1", .title = "top-1", .unit = "%"}},
          .samples = samples,
          .ladder = {{.name = "float"}, ptq, {.name = "simulated"}, int8}};
}

Rung by_sqnr(const char* name, double sqnr_db) { return {.name = name, .sqnr_db = sqnr_db}; }
Rung by_labels(const char* name, double top1) {
  return {.name = name, .values = {{"top1", top1}}, .sqnr_db = 5};
}

}  // namespace

TEST_CASE("training that made the model worse is told") {
  const auto verdict = training_verdict(ladder(by_sqnr("ptq", 35.4), by_sqnr("int8", 4.5)));
  REQUIRE(verdict.has_value());
  CHECK(verdict->find("SQNR 35.4 dB before it, 4.5 dB after") != std::string::npos);
  CHECK_FALSE(training_verdict(ladder(by_sqnr("ptq", 35.4), by_sqnr("int8", 33))));
  CHECK_FALSE(
      training_verdict(ladder(by_sqnr("float", 35.4), by_sqnr("int8", 4.5))));  // nothing to hold it against
}

TEST_CASE("with labels it is top-1 that counts, beyond its noise") {
  CHECK(training_verdict(ladder(by_labels("ptq", 90), by_labels("int8", 80))).has_value());
  CHECK_FALSE(training_verdict(ladder(by_labels("ptq", 90), by_labels("int8", 80), 20)));
  CHECK_FALSE(training_verdict(ladder(by_labels("ptq", 90), by_labels("int8", 92))));
}
