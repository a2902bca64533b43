#include "base/cpu.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace qtool {
namespace {

constexpr const char* kOfInterest[] = {"sse4_1",   "avx",      "avx2",  "fma",     "avx512f",     "avx512bw",
                                       "avx_vnni", "amx_int8", "asimd", "asimddp", "avx512_vnni", "i8mm"};

}  // namespace

std::vector<std::string> cpu_features_of(const std::string& cpuinfo_line) {
  std::vector<std::string> found;
  std::istringstream words(cpuinfo_line);
  for (std::string word; words >> word;)
    if (std::find(std::begin(kOfInterest), std::end(kOfInterest), word) != std::end(kOfInterest))
      found.push_back(word);
  return found;
}

std::vector<std::string> cpu_features() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);)
    if (line.starts_with("flags") || line.starts_with("Features")) return cpu_features_of(line);
  return {};
}

}  // namespace qtool
