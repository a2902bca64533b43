#include "run/command_runtime.h"

#include <poll.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <optional>
#include <thread>

#include "base/child_process.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/names.h"
#include "data/npz_tensors.h"
#include "data/stack_samples.h"
#include "run/command_words.h"

namespace qtool {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPlaces[] = {"{model}", "{inputs}", "{outputs}"};
constexpr const char* kRuns = "{runs}";
constexpr int kWaitMs = 20;
constexpr size_t kMostErrorText = 2000;

/// For the files of one run.
class ExchangeFolder {
 public:
  ExchangeFolder() : path_((fs::temp_directory_path() / "qtool-runner.XXXXXX").string()) {
    if (!mkdtemp(path_.data()))
      throw Error(ErrorKind::kMachine, {.what = "cannot create a folder for the runner's files",
                                        .where = fs::temp_directory_path().string(),
                                        .fix = "set TMPDIR to a folder that you may write to"});
  }
  ~ExchangeFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ExchangeFolder(const ExchangeFolder&) = delete;
  ExchangeFolder& operator=(const ExchangeFolder&) = delete;
  [[nodiscard]] std::string operator/(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

void replace_all(std::string& text, const std::string& place, const std::string& by) {
  for (size_t at = text.find(place); at != std::string::npos; at = text.find(place, at + by.size()))
    text.replace(at, place.size(), by);
}

class CommandRuntime final : public RuntimeModel {
 public:
  CommandRuntime(RunnerCommand options, std::string model, std::vector<std::string> input_names)
      : options_(std::move(options)),
        model_(fs::absolute(model).string()),
        input_names_(std::move(input_names)) {}

  std::string runtime() const override { return "the runner '" + options_.command + "'"; }
  std::vector<std::string> input_names() const override { return input_names_; }

  std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs) override { return exchange(inputs, 0); }

  bool times_itself() const override { return true; }

  std::vector<double> latencies_ms(const std::vector<at::Tensor>& inputs, int64_t runs) override {
    const auto made = exchange(inputs, runs);
    const auto got = made.empty() ? at::Tensor() : made.back();
    if (made.size() < 2 || got.scalar_type() != at::kDouble || got.dim() != 1 || got.size(0) != runs)
      refuse_latencies(made);
    std::vector<double> ms(got.data_ptr<double>(), got.data_ptr<double>() + runs);
    if (!std::all_of(ms.begin(), ms.end(), [](double each) { return std::isfinite(each) && each > 0; }))
      refuse_latencies(made);
    return ms;
  }

 private:
  [[noreturn]] void refuse_latencies(const std::vector<at::Tensor>& made) const {
    throw Error(ErrorKind::kUsage,
                {.what = "the runner has not told how long its runs took",
                 .where = model_ + ", --runner '" + options_.command + "'",
                 .got = made.empty() ? "no array"
                                     : "a last array of " + shape_text(made.back().sizes()) + ", " +
                                           at::toString(made.back().scalar_type()),
                 .expected = "behind the outputs the array latency_ms, float64, one for each run, above 0",
                 .fix = "run the command by hand on an .npz file; apps/runners has some that do it"});
  }

  [[nodiscard]] std::vector<at::Tensor> exchange(const std::vector<at::Tensor>& inputs, int64_t runs) const {
    const ExchangeFolder folder;
    const auto written = folder / "inputs.npz", made = folder / "outputs.npz";
    write_npz(written, input_names_, inputs);
    auto words = words_of(options_.command);
    for (auto& word : words) {
      replace_all(word, kPlaces[0], model_);
      replace_all(word, kPlaces[1], written);
      replace_all(word, kPlaces[2], made);
      replace_all(word, kRuns, std::to_string(runs));
    }
    words[0] = program_of(words[0]);
    wait_for(words, folder / "stdout.txt");
    if (!fs::exists(made)) refuse("the runner has written no outputs", "no file " + made);
    return read(made);
  }

  [[noreturn]] void refuse(const std::string& what, const std::string& got) const {
    throw Error(
        ErrorKind::kUsage,
        {.what = what,
         .where = model_ + ", --runner '" + options_.command + "'",
         .got = got,
         .expected = "a command that reads the .npz file {inputs}, runs {model}, and writes its outputs in "
                     "their order to the .npz file {outputs}",
         .fix = "run the command by hand on an .npz file; apps/manual.md has a runner"});
  }

  void wait_for(const std::vector<std::string>& words, const std::string& out) const {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::duration<double>(options_.limit_s);
    ChildProcess child(words, out, ErrorStream::kPipe);
    std::string said;
    std::optional<int> code;
    while (!code) {
      throw_if_interrupted();
      if (Clock::now() > end)
        refuse("the runner takes too long", "no end after " + seconds() + " s" + behind(said));
      pollfd descriptor{child.stderr_descriptor(), POLLIN, 0};
      poll(&descriptor, 1, kWaitMs);
      if ((descriptor.revents & POLLIN) == 0) std::this_thread::sleep_for(std::chrono::milliseconds(kWaitMs));
      code = child.exit_code();
      said += child.read_stderr();
      if (said.size() > kMostErrorText) said.erase(0, said.size() - kMostErrorText);
    }
    if (*code != 0) refuse("the runner failed", "exit code " + std::to_string(*code) + behind(said));
  }

  /// Its last line.
  static std::string behind(const std::string& said) {
    const auto end = said.find_last_not_of(" \n");
    if (end == std::string::npos) return "";
    const auto before = said.find_last_of('\n', end);
    const auto begin = before == std::string::npos ? 0 : before + 1;
    return ": " + said.substr(begin, end + 1 - begin);
  }

  [[nodiscard]] std::string seconds() const {
    auto text = std::to_string(options_.limit_s);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
  }

  [[nodiscard]] std::vector<at::Tensor> read(const std::string& path) const {
    try {
      return read_npz(path);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kUsage) throw;
      refuse("what the runner has written cannot be read",
             error.complaint().what + ": " + error.complaint().got);
    }
  }

  RunnerCommand options_;
  std::string model_;
  std::vector<std::string> input_names_;
};

}  // namespace

void check(const RunnerCommand& options) {
  if (options.command.empty()) return;
  const auto words = words_of(options.command);
  for (const char* place : kPlaces)
    if (options.command.find(place) == std::string::npos || words.empty())
      throw Error(ErrorKind::kUsage,
                  {.what = std::string("the runner's command does not say where ") + place + " goes",
                   .where = "--runner",
                   .got = options.command,
                   .expected = "CMD {model} {inputs} {outputs}",
                   .fix = "e.g. --runner 'python3 run.py {model} {inputs} {outputs}'"});
  (void)program_of(words[0]);
}

std::unique_ptr<RuntimeModel> command_runtime(const RunnerCommand& options, std::string model,
                                              std::vector<std::string> input_names) {
  return std::make_unique<CommandRuntime>(options, std::move(model), std::move(input_names));
}

void check_can_time(const RunnerCommand& options) {
  if (options.command.empty() || options.command.find(kRuns) != std::string::npos) return;
  throw Error(
      ErrorKind::kUsage,
      {.what = "the runner's command does not say where {runs} goes",
       .where = "--runner",
       .got = options.command,
       .expected = "CMD {model} {inputs} {outputs} {runs}, which times as many runs",
       .fix = "e.g. --runner 'python3 apps/runners/onnxruntime.py {model} {inputs} {outputs} {runs}'"});
}

}  // namespace qtool
