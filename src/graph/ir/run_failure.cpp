#include "graph/ir/run_failure.h"

#include <algorithm>
#include <sstream>

namespace qtool {

std::string essence(const std::string& message) {
  std::istringstream lines(message);
  std::string line, best;
  while (std::getline(lines, line)) {
    if (line.find("Exception raised from") != std::string::npos || line.rfind("frame #", 0) == 0) break;
    const auto start = line.find("RuntimeError: ");
    if (start != std::string::npos) return line.substr(start + 14);
    if (best.empty() && line.find("following operation failed") == std::string::npos) best = line;
  }
  return best;
}

std::string blamed_line(const std::string& message) {
  std::istringstream lines(message);
  std::string line, before, blamed;
  for (; std::getline(lines, line); before = line)
    if (line.find("<--- HERE") != std::string::npos) blamed = before;
  return blamed.substr(std::min(blamed.find_first_not_of(' '), blamed.size()));
}

}  // namespace qtool
