#include "job/road/verification.h"

#include <ATen/ops/zeros.h>

#include "graph/builder.h"
#include "job/workplace.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

constexpr double kStep = 0.1;

LadderRung rung(const char* name, Model& model) {
  return {name, {"x"}, [&model](const auto& inputs) { return model.forward(inputs); }};
}

/// Of files that make these of x, where float makes `shape` and the simulation is off by five steps.
Verification verified(const std::vector<std::pair<const char*, std::string>>& files, const at::Tensor& x,
                      const std::string& shape = "x") {
  const TemporaryFolder folder;
  put_samples(folder / "x.npz", x, false);
  PtqOptions options;
  options.data = "npz:" + folder / "x.npz";
  auto original = answering(shape), simulated = answering(shape + " + 0.5");
  std::vector<Model> models;
  for (const auto& [name, answer] : files) models.push_back(answering(answer));
  std::vector<LadderRung> rungs;
  for (size_t i = 0; i < files.size(); ++i) rungs.push_back(rung(files[i].first, models[i]));
  JobData data(options.data);
  Progress progress;
  return verify({rung("float", original), rung("folded", original), rung("simulated", simulated)}, rungs,
                kStep, options, data, progress);
}

/// What is said of an int8 model whose simulation is off by five steps.
std::vector<std::string> warnings_of(const std::string& int8_answer, const at::Tensor& x,
                                     const std::string& shape = "x") {
  return verified({{"int8", int8_answer}}, x, shape).warnings;
}

/// 64 samples of four classes, of which the first wins by far but for sample 0, where the second is near.
at::Tensor samples() {
  at::Tensor x = at::zeros({64, 4});
  x.select(1, 0).fill_(3);
  x[0][1] = 2.95;
  return x;
}

}  // namespace

TEST_CASE("a tie that int8 and its simulation decide differently is no fault of the kernels") {
  CHECK(warnings_of("x * torch.tensor([[0.98, 1., 1., 1.]])", samples()).empty());
}

TEST_CASE("one clear difference on few samples is none, several are") {
  at::Tensor x = samples();
  const std::string answer = "torch.where(x > 5, x - 5, x)";
  x[0][0] = 5.5;
  CHECK(warnings_of(answer, x).empty());
  for (int64_t i = 0; i < 3; ++i) x[i][0] = 5.5, x[i][1] = 4;
  const auto warnings = warnings_of(answer, x);
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0], contains("in the top-1 of 3 of 64 samples by more than ties explain"));
}

TEST_CASE(
    "kernels that are further from the simulation than that from float are told, without classes, too") {
  CHECK(warnings_of("x.view(-1, 2, 2) + 0.02", samples(), "x.view(-1, 2, 2)").empty());
  const auto warnings = warnings_of("x.view(-1, 2, 2) * -1", samples(), "x.view(-1, 2, 2)");
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0],
             contains("int8 is further from its simulation (SQNR -5.") && contains("compute something else"));
}

TEST_CASE("each file is a rung, and held against the simulation") {
  const auto result = verified({{"int8", "x + 0.6"}, {"other", "x.flip([1]) + 0.3"}}, samples());
  REQUIRE(result.files.size() == 2);
  CHECK(result.files[0].max_steps == 1);
  CHECK(result.files[0].same_top1 == 1);
  CHECK(result.files[1].max_steps == 32);  // 3.2 more, in steps of 0.1
  CHECK(result.files[1].same_top1 == 0);
  REQUIRE(result.accuracy.ladder.size() == 5);
  CHECK(result.accuracy.ladder.back().name == "other");
  REQUIRE(result.warnings.size() == 1);
  CHECK_THAT(result.warnings[0],
             contains("other and its simulation differ in the top-1 of 64 of 64 samples"));
}

TEST_CASE("where no file can be run here the ladder ends with the simulation") {
  const auto result = verified({}, samples());
  CHECK(result.accuracy.ladder.back().name == "simulated");
  CHECK_FALSE(result.accuracy.drop);
  CHECK(result.files.empty());
}
