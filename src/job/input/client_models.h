#pragma once
#include <memory>
#include <string>
#include <vector>

#include "data/loader.h"
#include "run/command_runtime.h"

namespace qtool {

/// Model files that are run side by side, each as a client runs it.
class ClientModels {
 public:
  /// Where there is a runner it runs the last file, with inputs of the first one's names. Throws what open_runtime()
  /// throws.
  explicit ClientModels(const std::vector<std::string>& files, const RunnerCommand& runner = {});

  [[nodiscard]] size_t size() const { return models_.size(); }
  [[nodiscard]] RuntimeModel& operator[](size_t index) const { return *models_.at(index); }
  /// For the loader of the batches that all of them read.
  [[nodiscard]] ReaderInputs inputs() const;
  /// What the user must know of each file, with its path before it.
  [[nodiscard]] std::vector<std::string> remarks() const;

 private:
  std::vector<std::string> files_;
  std::vector<std::unique_ptr<RuntimeModel>> models_;
};

}  // namespace qtool
