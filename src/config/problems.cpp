#include "config/problems.h"

#include <algorithm>

#include "base/error.h"

namespace qtool {
namespace {

constexpr size_t kMostShown = 20;

/// An Error of which one sentence is not all: below it, each problem has a line.
class ProblemList : public Error {
 public:
  ProblemList(const Complaint& complaint, const std::vector<std::string>& lines)
      : Error(ErrorKind::kUsage, complaint), text_(to_string({.what = complaint.what})) {
    for (const auto& line : lines) text_ += "\n  " + to_string({.what = line});
    text_ += to_string({.fix = complaint.fix});
  }
  [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

}  // namespace

void Problems::add(Place place, const std::string& key, const std::string& text) {
  Problem problem{place, key.empty() ? text : key + ": " + text};
  if (known_.insert(problem).second) problems_.push_back(std::move(problem));
}

void Problems::throw_if_any() const {
  if (problems_.empty()) return;
  auto sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Problem& a, const Problem& b) { return a.place < b.place; });
  const size_t count = sorted.size();
  sorted.resize(std::min(count, kMostShown));
  std::vector<std::string> lines;
  for (const auto& [place, text] : sorted)
    lines.push_back(file_ + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": " +
                    text);
  if (count > kMostShown) lines.push_back("... and " + std::to_string(count - kMostShown) + " more");
  throw ProblemList(
      {.what = std::to_string(count) + (count == 1 ? " problem" : " problems") + " in the config file",
       .fix = "mend these lines; --print-config shows all keys with their values"},
      lines);
}

}  // namespace qtool
