#include "job/road/slow_regions.h"

#include "base/error.h"
#include "calibrate/calibrate.h"
#include "catch.h"
#include "export/target.h"
#include "job/road/two_regions.h"
#include "job/workplace.h"
#include "small_net.h"

using namespace qtool;

namespace {

struct Tried {
  int times = 0;
  KeptFloat more = {};
  SolveAgain again = [this](const Solution& solution, const KeptFloat& kept) {
    ++times;
    more = kept;
    return shared(solution);
  };
};

}  // namespace

TEST_CASE("a region is timed in the target's file and in float") {
  const TemporaryFolder folder;
  Progress progress;
  const auto input = noise({4, 3, 7, 7}, 1);
  const EngineScope engine(choose_engine(Engine::kAuto));
  const auto times = time_regions(float_bounded_regions(two_regions(input), {input}), libtorch_target(),
                                  folder / "", progress);
  REQUIRE(times.size() == 2);
  for (const auto& region : times) {
    CHECK(region.float_ms > 0);
    CHECK(region.int8_ms > 0);
    CHECK(region.batch == 4);
  }
}

TEST_CASE("what is not worth int8 is solved again in float, with the reason; what is stays") {
  const TemporaryFolder folder;
  Progress progress;
  const auto input = noise({4, 3, 7, 7}, 1);
  const EngineScope engine(choose_engine(Engine::kAuto));
  Tried tried;
  CHECK(without_slow_regions(two_regions(input), {input}, libtorch_target(), folder / "", tried.again,
                             progress,
                             /*worth=*/0)
            .kept_float.empty());
  CHECK(tried.times == 0);
  const auto fast = without_slow_regions(two_regions(input), {input}, libtorch_target(), folder / "",
                                         tried.again, progress, /*worth=*/1e9);
  CHECK(tried.times > 0);
  REQUIRE(fast.kept_float.size() == 3);
  CHECK_THAT(fast.kept_float.begin()->second, contains("slower in int8 here: "));
}

TEST_CASE("a job that prefers speed needs data") {
  const Workplace at;
  auto options = at.options(at.folder / "out");
  options.prefer = Preference::kSpeed;
  options.data = "";
  CHECK_THROWS_WITH(check(static_cast<const QuantizeOptions&>(options)), contains("--prefer speed"));
}
