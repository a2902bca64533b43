#include "batch/state/job_record.h"

#include <algorithm>
#include <filesystem>

#include "base/sha256.h"
#include "base/version.h"
#include "batch/state/batch_files.h"
#include "config/config.h"
#include "report/job/gates.h"

namespace qtool {
namespace {

namespace fs = std::filesystem;

const Fingerprint* find_print(const std::vector<Fingerprint>& prints, const std::string& path) {
  const auto found = std::find_if(prints.begin(), prints.end(),
                                  [&](const Fingerprint& print) { return print.path == path; });
  return found == prints.end() ? nullptr : &*found;
}

}  // namespace

JobRecord record_of(PlannedJob& job, const JobRecord* known) {
  JobRecord record{.tool = qtool_version() + ", LibTorch " + libtorch_version(),
                   .config = sha256(print_config(job.config.options.tree, job.config.task))};
  for (const auto& input : job.inputs)
    record.inputs.push_back(
        fingerprint(input, known == nullptr ? nullptr : find_print(known->inputs, input)));
  return record;
}

std::vector<Fingerprint> outputs_of(const PlannedJob& job, const std::string& batch_folder) {
  std::vector<Fingerprint> prints = {fingerprint(BatchFiles{batch_folder}.result(job.config.name))};
  if (job.output.empty()) return prints;
  std::error_code ignored;
  std::vector<std::string> paths;
  // A batch of one shares its folder with the job: only the job's own files count.
  const bool shared = job.output == batch_folder;
  for (auto it = fs::recursive_directory_iterator(job.output, ignored); it != fs::end(it);
       it.increment(ignored)) {
    const std::string top = it->path().lexically_relative(job.output).begin()->string();
    const bool of_batch = shared && (top == "jobs" || top == "logs" || top == "results" ||
                                     top == "batch.json" || top.starts_with("summary."));
    if (it->is_regular_file(ignored) && !of_batch) paths.push_back(it->path().string());
  }
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) prints.push_back(fingerprint(path));
  return prints;
}

bool did_its_work(int exit_code) { return exit_code == 0 || exit_code == kExitGateFailed; }

bool outputs_stand(const JobRecord& record) {
  return did_its_work(record.exit_code) &&
         std::all_of(record.outputs.begin(), record.outputs.end(), [](const Fingerprint& print) {
           return fingerprint(print.path, &print).sha256 == print.sha256;
         });
}

}  // namespace qtool
