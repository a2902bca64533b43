#include "improve/improve.h"

#include <utility>

#include "calibrate/calibrate.h"
#include "catch.h"
#include "improve/choice.h"
#include "small_net.h"

using namespace qtool;

namespace {

Attempt nothing_to_do(const Solution&, const Evidence&) { return {.why_not = "all is well"}; }

Solution scaled(const Solution& solution, double factor) {
  auto changed = shared(solution);
  for (auto& qparams : changed.qparams)
    if (qparams.scheme().granularity() == Granularity::kPerTensor)
      qparams = QParams(qparams.scheme(), factor * qparams.scale(), qparams.zero_point());
  return changed;
}
Attempt coarser(const Solution& solution, const Evidence&) { return {.solution = scaled(solution, 2)}; }
Attempt finer(const Solution& solution, const Evidence&) { return {.solution = scaled(solution, 0.5)}; }

/// Of a network whose activations have grids twice as wide as they need.
Improved too_coarse() {
  const SmallNet net{"return torch.relu(torch.conv2d(x, w))", {{"w", {4, 3, 1, 1}}}};
  Recipe recipe;
  recipe.activation_bits = 4;
  return {scaled(prepare(build(net), noise({2, 3, 4, 4}, 5), recipe), 2), {}};
}

Batches batches_of(int64_t count, int64_t samples = 2) {
  return {count, [count, samples]() -> BatchSource {
            return [count, samples, next = int64_t(0)]() mutable -> std::vector<at::Tensor> {
              if (next == count) return {};
              return {noise({samples, 3, 4, 4}, static_cast<uint64_t>(10 + next++))};
            };
          }};
}

Improved tried(std::span<const Improvement> rows, const Batches& batches = batches_of(3)) {
  Progress progress;
  return improve(too_coarse(), batches, progress, rows);
}

const Improvement kFiner = {.name = "finer", .apply = finer};
const Improvement kCoarser = {.name = "coarser", .apply = coarser};

}  // namespace

TEST_CASE("a row that wins on what it has not seen is kept, with what it won") {
  const auto result = tried({{kFiner}});
  REQUIRE(result.outcomes.size() == 1);
  const auto& outcome = result.outcomes[0];
  CHECK(outcome.name == "finer");
  CHECK(outcome.kept);
  CHECK(outcome.after_db > outcome.before_db + 3);
  CHECK(outcome.seconds > 0);
  CHECK(result.solution.qparams[0].scale() == too_coarse().solution.qparams[0].scale() / 2);
}

TEST_CASE("a row that loses is dropped, and the next one starts without it") {
  const Improvement rows[] = {kCoarser, kFiner};
  const auto result = tried(rows);
  CHECK(!result.outcomes[0].kept);
  CHECK(result.outcomes[0].why == "it wins too little on samples that it has not seen");
  CHECK(result.outcomes[0].after_db < result.outcomes[0].before_db);
  CHECK(result.outcomes[1].kept);
  CHECK(result.outcomes[1].before_db == result.outcomes[0].before_db);
  CHECK(result.solution.qparams[0].scale() == too_coarse().solution.qparams[0].scale() / 2);
}

TEST_CASE("a row with nothing to do says why") {
  const auto result = tried({{{.name = "idle", .apply = nothing_to_do}}});
  CHECK(!result.outcomes[0].kept);
  CHECK(result.outcomes[0].why == "all is well");
  CHECK(std::isnan(result.outcomes[0].after_db));
}

TEST_CASE("nothing is tried where no samples are left to judge it on") {
  for (const auto& batches : {Batches{}, batches_of(1, 1)}) {
    const auto result = tried({{kFiner}}, batches);
    CHECK(!result.outcomes[0].kept);
    CHECK(result.outcomes[0].why == "there are no samples left to judge it on");
    CHECK(result.solution.qparams[0].scale() == too_coarse().solution.qparams[0].scale());
  }
}

TEST_CASE("no rows leave the solution as it is, and read no data") {
  Progress progress;
  const auto result = improve(too_coarse(), {}, progress, {});
  CHECK(result.outcomes.empty());
  CHECK(result.solution.qparams[0].scale() == too_coarse().solution.qparams[0].scale());
}

TEST_CASE("auto takes what is cheap, and with 4 bits or fewer the rest") {
  const auto names_of_rows = [](int64_t bits, std::vector<std::string> names) {
    const SmallNet net{"return torch.conv2d(x, w)", {{"w", {4, 3, 1, 1}}}};
    Recipe recipe;
    recipe.weight_bits = bits;
    const auto plan = prepare(build(net), noise({2, 3, 4, 4}, 5), recipe).plan;
    std::vector<std::string> chosen;
    for (const auto& row : chosen_improvements(names, plan)) chosen.emplace_back(row.name);
    return chosen;
  };
  std::vector<std::string> cheap, all;
  for (const auto& row : improvements()) {
    if (row.eagerness != Eagerness::kNever) all.emplace_back(row.name);
    if (row.eagerness == Eagerness::kAlways) cheap.emplace_back(row.name);
  }
  CHECK(names_of_rows(8, {"auto"}) == cheap);
  CHECK(names_of_rows(5, {"auto"}) == cheap);
  CHECK(names_of_rows(4, {"auto"}) == all);
  CHECK(names_of_rows(8, {"none"}).empty());
  CHECK(names_of_rows(8, {"gptq"}) == std::vector<std::string>{"gptq"});
  CHECK(names_of_rows(8, {"bias-correction", "batch-norm"}) ==
        std::vector<std::string>{"batch-norm", "bias-correction"});
}
