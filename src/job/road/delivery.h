#pragma once
/// The end of the road, which all quantization jobs share: write the files, run them, explain, report.
#include <optional>
#include <string>
#include <vector>

#include "base/stage_clock.h"
#include "calibrate/statistics.h"
#include "improve/improve.h"
#include "job/options/context.h"
#include "job/options/quantize_options.h"
#include "job/road/quantization.h"
#include "job/road/quantize_result.h"
#include "report/job/report.h"
#include "solve/solution.h"

namespace qtool {

/// What training adds to a job's report.
struct TrainingStory {
  std::vector<ReportEpoch> curve = {};
  MetricInfo metric = {};  ///< what the scores of the curve are
  std::vector<std::string> warnings = {};
};

/// A model of the job that is shown on the ladder.
struct KnownRung {
  std::string name;
  Model* model;
};

/// What a job has found.
struct Outcome {
  Quantization& start;
  const Solution& solution;  ///< that int8 gets
  const Statistics& statistics;
  const Arrival& arrival;              ///< of the data that the statistics are from
  std::string data_sha256 = {};        ///< of that data; empty where none was read
  const Improved* improved = nullptr;  ///< what was tried on the solution; null: nothing
  std::vector<KnownRung> rungs = {};   ///< to be shown between `folded` and `simulated`
  /// The solution that the damage is looked for in, where that is not the one that int8 gets: after training the one
  /// whose float weights are rounded already.
  const Solution* explained = nullptr;
  std::optional<TrainingStory> training = {};
};

/// What a job was asked for.
struct Assignment {
  const QuantizeOptions& options;
  const Context& context;
  JobData& data;
  std::vector<std::pair<std::string, std::string>> settings;  ///< for the report
  std::vector<std::pair<std::string, std::string>> recipe;    ///< for the manifests
};

/// Throws Error(kUsage) where a gate wants labels that the data lacks or a file that the job would write is its input,
/// Error(kMachine) where the folder cannot be written to.
void prepare_delivery(const QuantizeOptions& options, JobData& data);

/// Writes the files of all targets, calibration.json and config.resolved.yaml, and the reports where they are asked
/// for. The files are there only once the models were loaded back and, where there is data, have run; what an earlier
/// run has left stands until then, and its reports go with it.
[[nodiscard]] QuantizeResult deliver(const Outcome& outcome, const Assignment& assignment, StageClock& clock);

}  // namespace qtool
