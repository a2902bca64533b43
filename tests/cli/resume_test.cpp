#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>

#include "program.h"

using namespace qtool;

namespace {

/// A job with training in it, which can be stopped, and the bytes that it ends with where it is not.
struct TrainingRun {
  TemporaryFolder folder = {};
  std::string job, result;
  std::string out = folder / "out", checkpoint = out + "/checkpoints/last.pt";
  std::string expected = {};
  explicit TrainingRun(const std::string& job_name)
      : job(job_name), result(job == "train" ? "/model.pt" : "/model.int8.pt") {
    put_lenet(folder / "lenet.pt");
    put_images(folder / "images");
    REQUIRE(run_program(command(folder / "whole")).code == 0);
    expected = get(folder / "whole" + result);
  }

  [[nodiscard]] std::string command(const std::string& output) const {
    return job + " " + folder / "lenet.pt" + " --data idx:" + folder / "images" + " -o " + output +
           " --epochs 8 --batch-size 4 --validation 0.2 --learning-rate 0.01 --threads 1 --quiet";
  }
  [[nodiscard]] bool has_ended() const { return std::filesystem::exists(out + result); }

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
    CHECK((get(out + result) == expected));  // bytes are not to be printed
    CHECK(nlohmann::json::parse(get(out + "/history.json"))["epochs"].size() == 8);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(out))
      CHECK_THAT(entry.path().filename().string(), !contains(".tmp"));
  }
};

}  // namespace

TEST_CASE("killed at random moments and resumed, a job ends with the same bytes") {
  std::mt19937 random(20);
  for (const char* job : {"train", "qat"}) {
    INFO(job);
    const TrainingRun training(job);
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
}

TEST_CASE("interrupted and resumed, a job ends with the same bytes") {
  for (const char* job : {"train", "qat"}) {
    INFO(job);
    const TrainingRun training(job);
    const Run run = training.stop("INT", 0);
    INFO(run.err);
    REQUIRE(run.code == 130);
    CHECK_THAT(run.err, contains("--resume"));
    training.check_end();
  }
}
