#include "job/road/delivery.h"

#include "base/error.h"
#include "catch.h"
#include "job/workplace.h"

using namespace qtool;

namespace {

void prepare_for(const QuantizeOptions& options) {
  JobData data(options.data);
  prepare_delivery(options, data);
}

}  // namespace

TEST_CASE("the folder is made once nothing speaks against the job") {
  const Workplace at;
  auto options = at.options("out");
  options.data = "random:3x7x7";
  options.gates.max_drop = 1;
  CHECK_THROWS_WITH(prepare_for(options), contains("needs labels"));
  CHECK_FALSE(std::filesystem::exists(at.folder / "out"));
  options.data = at.data;
  prepare_for(options);
  CHECK(std::filesystem::is_directory(at.folder / "out"));
}

TEST_CASE("no file of the job is its input") {
  const Workplace at;
  for (const char* name : {"model.int8.pt", "model.fakequant.pt"}) {
    auto options = at.options("out");
    options.model = at.folder / ("out/" + std::string(name));
    put(options.model, "a model");
    CHECK_THROWS_WITH(prepare_for(options), contains("the output would overwrite the input"));
  }
}
