#include "job/json/eval_json.h"

#include "base/error.h"
#include "catch.h"
#include "report/sample_report.h"

using namespace qtool;

namespace {}  // namespace

TEST_CASE("an evaluation is read back from its JSON") {
  EvalResult result{.samples = 7, .model = {.name = "int8.pt"}, .warnings = {"slow"}};
  result.model.metrics = {{.info = top1_info(), .value = 75}, {.info = agreement_info(), .value = 50}};
  result.reference = Evaluation{.name = "float.pt", .metrics = {{.info = top1_info(), .value = 100}}};
  const auto read = read_eval_json(to_json(result));
  CHECK(read.samples == 7);
  CHECK(read.warnings == result.warnings);
  CHECK(read.model.name == "int8.pt");
  REQUIRE(read.model.metrics.size() == 2);
  CHECK(read.model.metrics[0].value == 75);
  CHECK(read.model.metrics[1].info.title == "same top-1");
  CHECK(read.model.metrics[1].info.against == Against::kReference);
  CHECK(read.reference->metric("top1")->value == 100);
  CHECK(read.reference->metric("agreement") == nullptr);
}

TEST_CASE("an evaluation without a second model has none in its JSON") {
  CHECK_FALSE(read_eval_json(to_json(EvalResult{.samples = 1})).reference);
}

TEST_CASE("JSON of another kind is no evaluation") {
  for (const char* text : {"", "[]", "{}", R"({"samples": 1, "metrics": 1})"})
    CHECK_THROWS_AS(read_eval_json(text), Error);
}
