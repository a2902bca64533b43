#include "batch/plan/tasks.h"

#include <algorithm>

#include "catch.h"

using namespace qtool;

namespace {

bool makes(const std::string& task, const std::string& file) {
  const auto products = products_of({.task = task, .options = find_task(task).kind.make()});
  return std::find(products.begin(), products.end(), file) != products.end();
}

}  // namespace

TEST_CASE("each task can be made, with options that all have") {
  std::vector<std::string> names;
  for (const auto& kind : job_kinds()) {
    names.push_back(kind.task);
    auto options = kind.make();
    CHECK(find_field(options.tree, "threads") != nullptr);
  }
  CHECK(names == std::vector<std::string>{"ptq", "qat", "train", "eval", "bench", "compare"});
}

TEST_CASE("later jobs may use what a task makes") {
  CHECK(makes("ptq", "model.int8.pt"));
  CHECK(makes("ptq", "model.fakequant.pt"));
  CHECK(makes("ptq", "calibration.json"));
  CHECK_FALSE(makes("ptq", "checkpoints/last.pt"));
  CHECK(makes("qat", "checkpoints/last.pt"));
  CHECK(makes("train", "model.pt"));
  CHECK_FALSE(makes("train", "model.int8.pt"));
  CHECK_FALSE(makes("eval", "model.int8.pt"));
}

TEST_CASE("options that contradict are found where the task has a check") {
  auto ptq = find_task("ptq").kind.make();
  REQUIRE(ptq.check);
  CHECK_THROWS_WITH(ptq.check(), contains("no data to calibrate on"));
  CHECK_FALSE(find_task("compare").kind.make().check);
}
