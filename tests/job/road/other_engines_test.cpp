#include "job/road/other_engines.h"

#include <ATen/ops/ones.h>

#include "data/files.h"
#include "graph/builder.h"
#include "job/workplace.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

/// Of a file that makes `in_file` of x, where the int8 model makes `chosen_makes` of it under `chosen`.
std::vector<std::string> warnings_of(const std::string& in_file, const std::string& chosen_makes,
                                     Engine chosen) {
  const TemporaryFolder folder;
  answering(in_file).save(folder / "int8.pt");
  auto int8 = answering(chosen_makes);
  const Trial trial(answering("x"), {at::ones({4, 8})});
  const EngineScope scope(chosen);
  return warnings_of_other_engines(folder / "int8.pt", int8, chosen, trial);
}

size_t others_than(Engine chosen) {
  size_t count = 0;
  for (const auto engine : available_engines()) count += engine != chosen && engine != Engine::kQnnpack;
  return count;
}

}  // namespace

TEST_CASE("engines that lose a little more than the chosen one are no matter") {
  const auto chosen = choose_engine(Engine::kAuto);
  CHECK(warnings_of("x * 1.001", "x * 1.001", chosen).empty());
  CHECK(warnings_of("x * 1.0018", "x * 1.001", chosen).empty());  // 5.1 dB
}

TEST_CASE("each engine under which tens of decibels are lost is named with them") {
  const auto chosen = choose_engine(Engine::kAuto);
  const auto warnings = warnings_of("x * 1.1", "x * 1.001", chosen);
  REQUIRE(warnings.size() == others_than(chosen));
  for (const auto& warning : warnings)
    CHECK_THAT(warning,
               contains(std::string("clients that use the engine ") + to_string(chosen) + " alone: under ") &&
                   contains("its SQNR is 20.0 dB instead of 60.0"));
}

TEST_CASE("a file that does not run elsewhere is told") {
  const auto chosen = choose_engine(Engine::kAuto);
  const auto warnings = warnings_of("x.view([4, 9])", "x", chosen);
  REQUIRE(warnings.size() == others_than(chosen));
  for (const auto& warning : warnings) CHECK_THAT(warning, contains("it does not run: "));
}

TEST_CASE("a file for QNNPACK is tried nowhere else") {
  CHECK(warnings_of("x * 2", "x", Engine::kQnnpack).empty());
}
