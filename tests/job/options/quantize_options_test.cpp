#include "job/options/quantize_options.h"

#include "base/error.h"
#include "catch.h"

using namespace qtool;

namespace {

QuantizeOptions with_drop(const std::string& data, int64_t verify_samples) {
  QuantizeOptions options;
  options.data = data;
  options.verify_samples = verify_samples;
  options.gates.max_drop = 1;
  return options;
}

}  // namespace

TEST_CASE("what compares outputs needs data, and samples to verify on") {
  CHECK_NOTHROW(check(with_drop("random:4", -1)));
  CHECK_NOTHROW(check(with_drop("random:4", 16)));
  CHECK_THROWS_WITH(check(with_drop("", -1)), contains("these gates need data to verify the model on"));
  CHECK_THROWS_WITH(check(with_drop("random:4", 0)), contains("these gates need a verified model"));
  CHECK_THROWS_WITH(check(with_drop("", 16)), contains("no data to verify on"));
}

TEST_CASE("a metric must be there, and needs data") {
  QuantizeOptions options;
  options.data = "random:4";
  options.metric = "top5";
  CHECK_NOTHROW(check(options));
  options.metric = "top55";
  CHECK_THROWS_WITH(check(options), contains("did you mean 'top5'?"));
  options.metric = "top5";
  options.data = "";
  CHECK_THROWS_WITH(check(options), contains("a metric needs data to verify the model on"));
}

TEST_CASE("a gate on the size needs neither") {
  QuantizeOptions options;
  options.verify_samples = 0;
  options.gates.max_size_ratio = 0.5;
  CHECK_NOTHROW(check(options));
}
