#include "job/input/client_models.h"

#include "run/open_runtime.h"

namespace qtool {

ClientModels::ClientModels(const std::vector<std::string>& files) : files_(files) {
  for (const auto& file : files) models_.push_back(open_runtime(file));
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
