#include "job/train.h"

#include "base/error.h"
#include "catch.h"
#include "job/workplace.h"

using namespace qtool;

namespace {

template <class Job>
TrainJobResult done(Job job, const TrainJobOptions& options) {
  Progress progress;
  const CommonOptions common;
  const std::string config = "resolved: true\n";
  return job(options, Context{common, config, progress});
}

}  // namespace

TEST_CASE("a trial counts the numbers that would be trained, and writes nothing") {
  const Workplace at;
  const auto result = done(try_train, {.model = at.model, .data = at.data, .output = at.folder / "out"});
  CHECK(result.parameters == 8 * 27 + 8 + 5 * 200);
  CHECK_FALSE(std::filesystem::exists(at.folder / "out"));
  CHECK_THROWS_WITH(done(try_train, {.model = at.model, .data = "random:3x7x7", .output = at.folder / "out"}),
                    contains("without labels"));
}

TEST_CASE("training leaves the model, its history and its configuration") {
  const Workplace at;
  const auto result = done(
      run_train, {.model = at.model, .data = at.data, .output = at.folder / "out", .train = {.epochs = 1}});
  CHECK(result.files ==
        std::vector<std::string>{"model.pt", "history.json", "config.resolved.yaml", "checkpoints/last.pt"});
  for (const auto& name : result.files) CHECK(std::filesystem::exists(at.folder / ("out/" + name)));
  CHECK(get(at.folder / "out/config.resolved.yaml") == "resolved: true\n");
  CHECK(result.train.history.size() == 1);
}

TEST_CASE("training does not overwrite the model that it begins with") {
  const Workplace at;
  CHECK_THROWS_WITH(done(run_train, {.model = at.model, .data = at.data, .output = at.folder.path()}),
                    contains("the output would overwrite the input"));
}
