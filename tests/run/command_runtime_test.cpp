#include "run/command_runtime.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <unistd.h>

#include <fstream>

#include "base/error.h"
#include "data/files.h"
#include "data/npz_tensors.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

/// A shell's script with the three paths as $1, $2 and $3.
RunnerCommand shell(const std::string& script) {
  return {.command = "sh -c '" + script + "' sh {model} {inputs} {outputs}", .limit_s = 20};
}

std::vector<at::Tensor> run(const RunnerCommand& options, const std::vector<at::Tensor>& inputs) {
  check(options);
  return command_runtime(options, "a model.onnx", {"x", "y"})->run(inputs);
}

std::vector<at::Tensor> two() { return {at::arange(6, at::kFloat).view({2, 3}), at::arange(2, at::kLong)}; }

}  // namespace

TEST_CASE("a command reads the inputs and writes the outputs, in their order") {
  const auto inputs = two();
  const auto outputs = run(shell("cp \"$2\" \"$3\""), inputs);
  REQUIRE(outputs.size() == 2);
  for (size_t i = 0; i < 2; ++i) CHECK(at::equal(outputs[i], inputs[i]));
}

TEST_CASE("the command gets the path of the model, and inputs by their names") {
  const TemporaryFolder folder;
  (void)run(shell("echo \"$1\" > " + (folder / "said") + "; unzip -l \"$2\" >> " + (folder / "said") +
                  "; cp \"$2\" \"$3\""),
            two());
  CHECK_THAT(get(folder / "said"), contains("/a model.onnx\n"));
}

TEST_CASE("a runner that fails is told with its last words") {
  CHECK_THROWS_WITH(run(shell("echo no such device >&2; exit 3"), two()),
                    contains("the runner failed") && contains("exit code 3: no such device"));
}

TEST_CASE("a runner that hangs is stopped, and what it has started as well") {
  const TemporaryFolder folder;
  auto options = shell("sleep 100 & echo $! > " + (folder / "started") + "; sleep 100");
  options.limit_s = 1;
  CHECK_THROWS_WITH(run(options, two()),
                    contains("the runner takes too long") && contains("no end after 1 s"));
  const auto started = std::stoi(get(folder / "started"));
  // It is nobody's child here: init, or whoever stands in for it, takes it away in its own time.
  const auto state = [&] {
    std::ifstream status("/proc/" + std::to_string(started) + "/stat");
    std::string pid, name, letter;
    return status >> pid >> name >> letter ? letter : std::string("gone");
  };
  for (int i = 0; i < 100 && state() != "gone" && state() != "Z"; ++i) usleep(20'000);
  CHECK((state() == "gone" || state() == "Z"));
}

TEST_CASE("a runner that writes nothing, or something else, is told") {
  CHECK_THROWS_WITH(run(shell("true"), two()), contains("the runner has written no outputs"));
  CHECK_THROWS_WITH(run(shell("echo none > \"$3\""), two()),
                    contains("what the runner has written cannot be read"));
}

TEST_CASE("a command that does not say where the files go is refused") {
  CHECK_THROWS_WITH(check(RunnerCommand{.command = "sh {model} {inputs}"}), contains("where {outputs} goes"));
  CHECK_THROWS_WITH(check(RunnerCommand{.command = "no-such {model} {inputs} {outputs}"}),
                    contains("there is no such program"));
  CHECK_NOTHROW(check(RunnerCommand{}));
}

TEST_CASE("a command tells how long its runs took, behind its outputs") {
  const TemporaryFolder folder;
  const auto told = folder / "told.npz";
  const auto copies = RunnerCommand{.command = "sh -c 'test $2 = 3 && cp " + told +
                                               " $1' sh {outputs} {runs} {model} {inputs}"};
  check_can_time(copies);
  const auto latencies = [&](const at::Tensor& ms) {
    write_npz(told, {"output_0", "latency_ms"}, {at::arange(2, at::kFloat), ms});
    return command_runtime(copies, "a model.onnx", {"x", "y"})->latencies_ms(two(), 3);
  };
  CHECK(latencies(at::arange(3, at::kDouble).add(1.5)) == std::vector<double>{1.5, 2.5, 3.5});
  const auto refusal = contains("the runner has not told how long its runs took");
  CHECK_THROWS_WITH(latencies(at::full({2}, 1.5, at::kDouble)), refusal);
  CHECK_THROWS_WITH(latencies(at::arange(3, at::kDouble)), refusal);
  CHECK_THROWS_WITH(latencies(at::full({3}, 1.5, at::kFloat)), refusal);
  CHECK_THROWS_WITH(check_can_time(shell("cp \"$2\" \"$3\"")), contains("{runs}"));
}
