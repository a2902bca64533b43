#include "improve/choice.h"

#include <algorithm>

#include "base/error.h"
#include "base/names.h"
#include "improve/improve.h"

namespace qtool {

std::vector<std::string> improvement_choices() {
  std::vector<std::string> names = {kAutoImprovements, kNoImprovements};
  for (const auto& row : improvements()) names.emplace_back(row.name);
  return names;
}

bool is_list_of_improvements(const std::vector<std::string>& names) {
  return !names.empty() && names[0] != kAutoImprovements && names[0] != kNoImprovements;
}

void check_improvements(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    const bool is_twice = std::count(names.begin(), names.end(), name) > 1;
    const bool must_be_alone = name == kAutoImprovements || name == kNoImprovements;
    if (!is_twice && (!must_be_alone || names.size() == 1)) continue;
    throw Error(ErrorKind::kUsage,
                {.what = is_twice ? "an improvement is named twice" : "improvements contradict each other",
                 .where = "--improve",
                 .got = join(names, ","),
                 .expected = "auto, none, or a list of the others",
                 .fix = "leave " + name + " out, or the others"});
  }
}

}  // namespace qtool
