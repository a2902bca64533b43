#include "batch/plan/tasks.h"

#include <algorithm>

#include "base/error.h"
#include "batch/plan/job_metrics.h"
#include "export/target.h"
#include "job/bench.h"
#include "job/compare.h"
#include "job/eval.h"
#include "job/files/job_folder.h"
#include "job/options/common_options.h"
#include "job/options/ptq_options.h"
#include "job/options/qat_options.h"
#include "job/train.h"

namespace qtool {
namespace {

/// A job's own options and those that all have.
template <class Options>
OwnedOptions make() {
  struct Both {
    Options own = {};
    CommonOptions common = {};
  };
  auto options = std::make_shared<Both>();
  OwnedOptions made{.owner = options, .tree = option_tree(options->own)};
  merge(made.tree, option_tree(options->common));
  Options* own = &options->own;
  if constexpr (requires { check(*own); }) made.check = [own] { check(*own); };
  return made;
}

const std::vector<std::string> kQuantized = {simulation_target().file, kCalibrationFile, kReportJsonFile,
                                             kReportMarkdownFile,      kReportHtmlFile,  kConfigFile};

std::vector<std::string> with(std::vector<std::string> names, const std::vector<std::string>& more) {
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

const std::vector<std::string> kTrained = {kHistoryFile, kCheckpointFile};

}  // namespace

const std::vector<Task>& tasks() {
  static const std::vector<Task> table = {
      {{"ptq", make<PtqOptions>}, kQuantized, quantization_metrics},
      {{"qat", make<QatOptions>}, with(kQuantized, kTrained), quantization_metrics},
      {{"train", make<TrainJobOptions>}, with({kTrainedFile, kConfigFile}, kTrained), training_metrics},
      {{"eval", make<EvalOptions>}, {}, evaluation_metrics},
      {{"bench", make<BenchOptions>}, {}, bench_metrics},
      {{"compare", make<CompareOptions>}, {}, comparison_metrics},
  };
  return table;
}

const Task& find_task(const std::string& name) {
  const auto found =
      std::find_if(tasks().begin(), tasks().end(), [&](const Task& task) { return task.kind.task == name; });
  QTOOL_ASSERT(found != tasks().end());
  return *found;
}

std::vector<std::string> products_of(const JobConfig& job) {
  std::vector<std::string> products;
  std::vector<std::string> asked, float_onnx;
  for_each_field(job.options.tree, [&](const std::string& path, const OptionField& field) {
    if (path == "target") asked = field.get();
    if (path == "float_onnx") float_onnx = field.get();
  });
  for (const auto& target : targets())
    if (std::find(asked.begin(), asked.end(), target.name) != asked.end()) products.emplace_back(target.file);
  if (float_onnx == std::vector<std::string>{"true"}) products.emplace_back(kFloatOnnxFile);
  for (const auto& product : find_task(job.task).products) products.push_back(product);
  return products;
}

std::vector<JobKind> job_kinds() {
  std::vector<JobKind> kinds;
  for (const Task& task : tasks()) kinds.push_back(task.kind);
  return kinds;
}

}  // namespace qtool
