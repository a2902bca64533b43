#pragma once
#include <memory>
#include <string>
#include <vector>

#include "options/options.h"
#include "run/runtime_model.h"

namespace qtool {

/// How a runtime outside of qtool is asked to run a model.
struct RunnerCommand {
  /// Split into words as a shell does it (run/command_words.h); {model}, {inputs} and {outputs} in them become paths,
  /// and {runs}, where it is there, how many more runs to time.
  std::string command = {};
  double limit_s = 600;  ///< of one run
};

template <class Visitor>
void describe(Visitor& v, RunnerCommand& o) {
  v.field("runner", o.command,
          "command that runs a model elsewhere: 'CMD {model} {inputs} {outputs}', two .npz files");
  v.field("runner_timeout", o.limit_s, "seconds after which the command is stopped", between(0.1, 86400));
}

/// Throws Error(kUsage) where a command is given that names no program that is there, or lacks one of the three paths.
void check(const RunnerCommand& options);

/// A model file that a command runs: each run() writes the inputs as an .npz file, an array for each name, has the
/// command write another with the outputs in their order, and reads it. run() throws Error(kUsage) where the command
/// fails, takes too long or leaves no such file. It times itself, without its start and without reading the model: the
/// command writes what latencies_ms() gives behind the outputs, as the array `latency_ms`.
[[nodiscard]] std::unique_ptr<RuntimeModel> command_runtime(const RunnerCommand& options, std::string model,
                                                            std::vector<std::string> input_names);

/// Throws Error(kUsage) where the command has no place for {runs}.
void check_can_time(const RunnerCommand& options);

}  // namespace qtool
