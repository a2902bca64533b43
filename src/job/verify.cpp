#include "job/verify.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "base/error.h"
#include "data/stack_samples.h"
#include "graph/read/read_model.h"
#include "job/files/job_folder.h"
#include "job/input/job_data.h"
#include "job/output_step.h"
#include "job/road/verification.h"
#include "run/torchscript_runtime.h"

namespace qtool {
namespace {

/// A file of the folder and what runs it.
struct Subject {
  const Target* target;
  std::unique_ptr<RuntimeModel> runtime = {};
  std::string not_run = {};
};

[[noreturn]] void refuse_folder(const std::string& folder, const std::string& got,
                                const std::string& expected) {
  throw Error(ErrorKind::kUsage, {.what = "this is not a folder that can be verified",
                                  .where = folder,
                                  .got = got,
                                  .expected = expected,
                                  .fix = "name the folder that qtool ptq or qtool qat wrote"});
}

bool has(const std::string& folder, const Target& target) {
  return std::filesystem::is_regular_file(in_folder(folder, target.file));
}

/// The targets whose files are looked at.
std::vector<const Target*> targets_of(const VerifyOptions& options) {
  if (!has(options.folder, simulation_target()))
    refuse_folder(options.folder, std::string("no ") + simulation_target().file,
                  "model.fakequant.pt, which the files are held against");
  std::vector<const Target*> found;
  for (const auto* target : targets_named(options.target.empty() ? target_names() : options.target)) {
    if (has(options.folder, *target))
      found.push_back(target);
    else if (!options.target.empty())
      refuse_folder(options.folder, std::string("no ") + target->file,
                    "the file of the target " + std::string(target->name));
  }
  if (found.empty())
    refuse_folder(options.folder, "no file for a runtime", "files of " + join(target_names()));
  return found;
}

Subject open_subject(const VerifyOptions& options, const Target& target,
                     const std::vector<std::string>& inputs) {
  const auto path = in_folder(options.folder, target.file);
  const auto missing = why_not_run_here(target);
  const bool is_for_runner = !options.target.empty() || !missing.empty();
  if (!options.runner.command.empty() && is_for_runner)
    return {&target, command_runtime(options.runner, path, inputs)};
  if (missing.empty()) return {&target, target.open(path)};
  return {&target, nullptr, missing + "; --runner 'CMD {model} {inputs} {outputs}' runs it elsewhere"};
}

std::string shapes_of(const std::vector<at::Tensor>& outputs) {
  std::vector<std::string> shapes;
  for (const auto& output : outputs) shapes.push_back(shape_text(output.sizes()));
  return std::to_string(outputs.size()) + (outputs.size() == 1 ? " output: " : " outputs: ") + join(shapes);
}

/// Outputs that cannot be compared would be told of without the file that they are from.
void check_alike(const Subject& subject, const std::vector<at::Tensor>& simulated,
                 const std::vector<at::Tensor>& outputs) {
  const bool alike = std::equal(simulated.begin(), simulated.end(), outputs.begin(), outputs.end(),
                                [](const auto& a, const auto& b) { return a.sizes() == b.sizes(); });
  if (alike) return;
  throw Error(ErrorKind::kUsage,
              {.what = "a file gives other outputs than its simulation",
               .where = std::string(subject.target->file) + ", run by " + subject.runtime->runtime(),
               .got = shapes_of(outputs),
               .expected = shapes_of(simulated),
               .fix = "see that the runner writes all outputs, whole and in their order"});
}

}  // namespace

void check(const VerifyOptions& options) {
  check(options.runner);
  check_metric_name(options.metric);
}

VerifyResult run_verify(const VerifyOptions& options, const Context& context) {
  apply(context.common);
  check(options);
  (void)choose_metric(options.metric);
  const EngineScope engine(choose_engine(options.engine));
  context.progress.stage("load");
  const auto found = targets_of(options);
  auto simulated = read_model(in_folder(options.folder, simulation_target().file));
  const double step = output_step(simulated);
  const auto reference = torchscript_runtime(std::move(simulated));
  std::vector<Subject> subjects;
  for (const auto* target : found)
    subjects.push_back(open_subject(options, *target, reference->input_names()));

  JobData data(options.data);
  ReaderInputs readers = {reference->input_names()};
  for (const auto& subject : subjects)
    if (subject.runtime) readers.push_back(subject.runtime->input_names());
  auto loader = data.loader(Split::kTest, readers, {.batch_size = kVerifiedBatch, .count = options.samples});
  if (context.common.dry_run) return {.samples = loader.size()};

  context.progress.stage("verify");
  ArrivalMeter meter(reference->input_names());
  int64_t done = 0;
  std::vector<at::Tensor> expected;  // what the simulation makes of the batch at hand
  std::vector<Candidate> candidates = {{.name = "simulated", .run = [&](const auto& inputs) {
                                          context.progress.update(done += inputs[0].size(0), loader.size(),
                                                                  "");
                                          meter.add(inputs);
                                          return expected = reference->run(inputs);
                                        }}};
  for (const auto& subject : subjects)
    if (subject.runtime)
      candidates.push_back({.name = subject.target->file,
                            .run =
                                [&](const auto& inputs) {
                                  auto outputs = subject.runtime->run(inputs);
                                  check_alike(subject, expected, outputs);
                                  return outputs;
                                },
                            .step = step});
  const auto evaluations = evaluate(candidates, loader, options.metric);

  VerifyResult result{.samples = done, .simulated = evaluations[0], .arrival = meter.arrival(loader)};
  size_t next = 1;
  for (const auto& subject : subjects) {
    auto& file = result.files.emplace_back();
    file.file = subject.target->file;
    file.target = subject.target->name;
    file.not_run = subject.not_run;
    if (!subject.runtime) continue;
    file.runtime = subject.runtime->runtime();
    file.evaluation = evaluations[next++];
    file.difference = difference_in_steps(file.evaluation.with_first, step);
    if (auto warning = top1_warning(file.file, file.evaluation.with_first))
      result.warnings.push_back(*std::move(warning));
  }
  return result;
}

}  // namespace qtool
