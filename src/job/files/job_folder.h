#pragma once
#include <string>
#include <vector>

#include "report/job/report.h"

namespace qtool {

// What the files of a job's folder are called; those of the targets stand in export/target.cpp.
inline constexpr const char* kTrainedFile = "model.pt";      ///< of train
inline constexpr const char* kFloatFile = "model.float.pt";  ///< what qat has made of a network of the zoo
inline constexpr const char* kFloatOnnxFile = "model.float.onnx";
inline constexpr const char* kCalibrationFile = "calibration.json";
inline constexpr const char* kConfigFile = "config.resolved.yaml";
inline constexpr const char* kHistoryFile = "history.json";
inline constexpr const char* kCheckpointFile = "checkpoints/last.pt";
inline constexpr const char* kReportJsonFile = "report.json";
inline constexpr const char* kReportMarkdownFile = "report.md";
inline constexpr const char* kReportHtmlFile = "report.html";

/// Path of a file in the job's folder.
[[nodiscard]] std::string in_folder(const std::string& folder, const char* name);

/// Makes the folder. Throws Error(kUsage) where one of the files `written` is `input`, Error(kMachine) where the folder
/// cannot be written to.
void prepare_folder(const std::string& folder, const std::string& input,
                    const std::vector<const char*>& written);

/// The folder for the checkpoints of training.
void prepare_checkpoints(const std::string& folder);

/// Removes the reports of an earlier run, which are not of the models that stand there now.
void remove_reports(const std::string& folder);

/// Adds the files `names` to the report, and writes report.json, report.md and report.html.
void write_reports(Report& report, const std::string& folder, const std::vector<const char*>& names);

}  // namespace qtool
