#pragma once
#include <string>
#include <vector>

namespace qtool {

/// From what a program writes to a terminal to the lines that it would have written to a file: without progress bars,
/// which it draws and wipes with carriage returns, and without colours.
class LogLines {
 public:
  /// The lines that these bytes complete, without their ends.
  [[nodiscard]] std::vector<std::string> feed(const std::string& bytes);
  /// What stands behind the last line's end; empty where it is a bar.
  [[nodiscard]] std::string rest() const;

 private:
  std::string open_ = {};
};

}  // namespace qtool
