#include "job/input/client_models.h"

#include "run/open_runtime.h"

namespace qtool {

ClientModels::ClientModels(const std::vector<std::string>& files, const RunnerCommand& runner)
    : files_(files) {
  const bool is_last_elsewhere = !runner.command.empty();
  for (size_t i = 0; i < files.size(); ++i)
    models_.push_back(is_last_elsewhere && i + 1 == files.size()
                          ? command_runtime(runner, files[i], models_.at(0)->input_names())
                          : open_runtime(files[i]));
}

ReaderInputs ClientModels::inputs() const {
  ReaderInputs readers;
  for (const auto& model : models_) readers.push_back(model->input_names());
  return readers;
}

std::vector<std::string> ClientModels::remarks() const {
  std::vector<std::string> remarks;
  for (size_t i = 0; i < size(); ++i)
    for (const auto& remark : models_[i]->remarks()) remarks.push_back(files_[i] + ": " + remark);
  return remarks;
}

}  // namespace qtool
