#pragma once
/// The end of the road, which all quantization jobs share: write the models, load the int8 one back, report.
#include <string>
#include <vector>

#include "base/progress.h"
#include "calibrate/statistics.h"
#include "job/common_options.h"
#include "job/quantization.h"
#include "job/quantize_options.h"
#include "job/stage_clock.h"
#include "job/verification.h"
#include "report/job/report.h"

namespace qtool {

/// What a job has found.
struct Outcome {
  Quantization& start;
  const Model& canonical;  ///< with the weights that int8 gets: start.canonical, or what training made of it
  const std::vector<QParams>& qparams;
  const Statistics& statistics;
  const Arrival& arrival;              ///< of the data that the statistics are from
  std::vector<LadderRung> rungs = {};  ///< to be shown between `folded` and `simulated`
  /// What the damage is measured against where training made the grids; null: canonical.
  const Model* reference = nullptr;
};

/// What a job was asked for.
struct Assignment {
  const QuantizeOptions& options;
  const CommonOptions& common;
  const std::string& resolved_config;                         ///< becomes config.resolved.yaml
  std::vector<std::pair<std::string, std::string>> settings;  ///< for the report
};

/// Throws Error(kUsage) where a gate wants labels that the data lacks or a file that the job would write is its input,
/// Error(kMachine) where the folder cannot be written to.
void prepare_folder(const QuantizeOptions& options);

/// Path of a file in the job's folder.
[[nodiscard]] std::string in_folder(const std::string& folder, const char* name);

/// Writes model.int8.pt, model.fakequant.pt, calibration.json and config.resolved.yaml, and fills the report in but for
/// its files and timing. The files are there only once the models were loaded back and, where there is data, have run;
/// what an earlier run has left stands until then, and its reports go with it.
[[nodiscard]] Report deliver(const Outcome& outcome, const Assignment& assignment, StageClock& clock,
                             Progress& progress);

/// Adds files (those of deliver() and `more`) and timing, and writes report.json, report.md and
/// report.html where they are asked for.
void finish_report(Report& report, const Assignment& assignment, StageClock& clock,
                   const std::vector<const char*>& more = {});

}  // namespace qtool
