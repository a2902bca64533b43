#pragma once
#include <compare>
#include <set>
#include <string>
#include <vector>

namespace qtool {

/// Where something stands in a file; both count from 1, and 0 is nowhere.
struct Place {
  int line = 0, column = 0;
  // NOLINTNEXTLINE(modernize-use-nullptr): of the code that = default stands for
  auto operator<=>(const Place&) const = default;
};

/// What is wrong with a configuration file: all of it, to be said at once.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}
  /// `key` is the path of the key, e.g. `jobs[0].quantize.weight_bits`, or empty. What stands there already is not
  /// added again.
  void add(Place place, const std::string& key, const std::string& text);
  [[nodiscard]] size_t count() const { return problems_.size(); }
  [[nodiscard]] const std::string& file() const { return file_; }
  /// Throws Error(kUsage) with a line `file:line:column: key: text` for each of the first 20, in the order of the file,
  /// and the number of all.
  void throw_if_any() const;

 private:
  struct Problem {
    Place place;
    std::string text;
    // NOLINTNEXTLINE(modernize-use-nullptr): of the code that = default stands for
    auto operator<=>(const Problem&) const = default;
  };
  std::string file_;
  std::vector<Problem> problems_;
  std::set<Problem> known_;
};

}  // namespace qtool
