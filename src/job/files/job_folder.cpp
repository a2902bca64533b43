#include "job/files/job_folder.h"

#include <filesystem>

#include "base/atomic_file.h"
#include "graph/read/onnx_file.h"
#include "job/files/input_is_not_output.h"
#include "report/job/describe_file.h"

namespace qtool {
std::string in_folder(const std::string& folder, const char* name) {
  return (std::filesystem::path(folder) / name).string();
}

void prepare_folder(const std::string& folder, const std::string& input,
                    const std::vector<const char*>& written) {
  check_input_is_not_output(input, folder, written);
  ensure_folder(folder);
}

void prepare_checkpoints(const std::string& folder) {
  ensure_folder(std::filesystem::path(in_folder(folder, kCheckpointFile)).parent_path().string());
}

void remove_reports(const std::string& folder) {
  for (const char* name : {kReportJsonFile, kReportMarkdownFile, kReportHtmlFile})
    std::filesystem::remove(in_folder(folder, name));
}

void write_reports(Report& report, const std::string& folder, const std::vector<const char*>& names) {
  for (const char* name : names) {
    report.files.push_back(describe_file(folder, name));
    const auto data = onnx_data_file(name);
    if (std::filesystem::exists(folder + "/" + data)) report.files.push_back(describe_file(folder, data));
  }
  write_file(in_folder(folder, kReportJsonFile), to_json(report));
  write_file(in_folder(folder, kReportMarkdownFile), to_markdown(report));
  write_file(in_folder(folder, kReportHtmlFile), to_html(report));
}

}  // namespace qtool
