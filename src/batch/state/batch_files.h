#pragma once
#include <string>

namespace qtool {

/// What a batch writes into its folder, besides the outputs of jobs and the summary.
struct BatchFiles {
  std::string folder = {};
  [[nodiscard]] std::string state() const { return folder + "/batch.json"; }
  [[nodiscard]] std::string config(const std::string& job) const { return folder + "/jobs/" + job + ".yaml"; }
  [[nodiscard]] std::string log(const std::string& job) const { return folder + "/logs/" + job + ".log"; }
  [[nodiscard]] std::string result(const std::string& job) const {
    return folder + "/results/" + job + ".json";
  }
};

}  // namespace qtool
