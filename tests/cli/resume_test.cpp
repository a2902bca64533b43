#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>

#include "program.h"

using namespace qtool;

namespace {

/// A training run that can be stopped, and the bytes that it ends with where it is not.
struct TrainingRun {
  TemporaryFolder folder = {};
  std::string out = folder / "out", checkpoint = out + "/checkpoints/last.pt";
  std::string expected = {};
  TrainingRun() {
    put_images(folder / "images");
    REQUIRE(run_program(command(folder / "whole")).code == 0);
    expected = get(folder / "whole/model.pt");
  }

  [[nodiscard]] std::string command(const std::string& output) const {
    return "train zoo:lenet --data idx:" + folder / "images" + " -o " + output +
           " --epochs 8 --batch-size 4 --validation 0.2 --learning-rate 0.01 --threads 1 --quiet";
  }
  [[nodiscard]] bool has_ended() const { return std::filesystem::exists(out + "/model.pt"); }

  /// Sends the signal so many seconds after the run has written its next checkpoint.
  [[nodiscard]] Run stop(const std::string& signal, double seconds) const {
    const std::string mark = folder / "mark";
    put(mark, "x");
    return run_program(command(out) + " --resume", "(while kill -0 $$ 2> /dev/null && [ ! " + checkpoint +
                                                       " -nt " + mark + " ]; do sleep 0.01; done; sleep " +
                                                       std::to_string(seconds) + "; kill -" + signal +
                                                       " $$ 2> /dev/null) &");
  }
  void check_end() const {
    REQUIRE(run_program(command(out) + " --resume").code == 0);
    CHECK((get(out + "/model.pt") == expected));  // bytes are not to be printed
    CHECK(nlohmann::json::parse(get(out + "/history.json"))["epochs"].size() == 8);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(out))
      CHECK_THAT(entry.path().filename().string(), !contains(".tmp"));
  }
};

}  // namespace

TEST_CASE("killed at random moments and resumed, training ends with the same bytes") {
  const TrainingRun training;
  std::mt19937 random(20);
  int killed = 0;
  for (int round = 0; round < 6 && !training.has_ended(); ++round) {
    const Run run = training.stop("KILL", double(random() % 60) / 1000);
    INFO(run.err);
    REQUIRE((run.code == 0 || run.code == 128 + 9));
    killed += run.code != 0;
  }
  CHECK(killed > 0);
  CHECK(std::filesystem::exists(training.checkpoint));
  training.check_end();
}

TEST_CASE("interrupted and resumed, training ends with the same bytes") {
  const TrainingRun training;
  const Run run = training.stop("INT", 0);
  INFO(run.err);
  REQUIRE(run.code == 130);
  CHECK_THAT(run.err, contains("--resume"));
  training.check_end();
}
