#pragma once
#include <string>
#include <vector>

namespace qtool {

/// A folder inside the job's folder for files that are to be looked at before they get their names there. It is removed
/// with what is left in it; what killed jobs have left is, too.
class StagingFolder {
 public:
  /// Throws Error(kMachine) where it cannot be created.
  explicit StagingFolder(const std::string& folder);
  StagingFolder(const StagingFolder&) = delete;
  StagingFolder& operator=(const StagingFolder&) = delete;
  ~StagingFolder();

  [[nodiscard]] std::string path(const std::string& name) const;
  /// Moves the files into the job's folder, over those of an earlier run; an ONNX file's weights beside it go with it.
  void publish(const std::vector<std::string>& names) const;

 private:
  void move(const std::string& name) const;

  std::string folder_, staging_;
};

}  // namespace qtool
