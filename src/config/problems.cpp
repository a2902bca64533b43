#include "config/problems.h"

#include <algorithm>

#include "core/error.h"

namespace qtool {

void Problems::add(Place place, const std::string& key, const std::string& text) {
  Problem problem{place, key.empty() ? text : key + ": " + text};
  if (std::find(problems_.begin(), problems_.end(), problem) == problems_.end())
    problems_.push_back(std::move(problem));
}

void Problems::throw_if_any() const {
  if (problems_.empty()) return;
  auto sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Problem& a, const Problem& b) { return a.place < b.place; });
  const size_t count = sorted.size();
  std::string what = std::to_string(count) + (count == 1 ? " problem" : " problems") + " in the config file";
  for (const auto& [place, text] : sorted)
    what +=
        "\n  " + file_ + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": " + text;
  throw Error(ErrorKind::kUsage,
              {.what = what, .fix = "mend these lines; --print-config shows all keys with their values"});
}

}  // namespace qtool
