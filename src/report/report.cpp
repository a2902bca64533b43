#include "report/report.h"

#include <algorithm>

namespace qtool {

const Rung* Report::rung(const std::string& name) const {
  const auto found = std::find_if(accuracy.ladder.begin(), accuracy.ladder.end(),
                                  [&](const Rung& rung) { return rung.name == name; });
  return found == accuracy.ladder.end() ? nullptr : &*found;
}

}  // namespace qtool
