#include "graph/read/debug_record.h"

#include <algorithm>
#include <set>
#include <vector>

#include "graph/read/flaw.h"
#include "graph/read/pickle.h"

namespace qtool {
namespace {

using Id = Pickle::Id;
using Kind = Pickle::Kind;

constexpr size_t kMostText = size_t(64)
                             << 20;  ///< of all sources that LibTorch would put together from pieces
constexpr const char* kWithTable = "FORMAT_WITH_STRING_TABLE";

/// Throws Flaw at what LibTorch could not follow.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : pickle_(bytes) {}

  void check() {
    std::vector<Id> entries = items(pickle_.root());
    if (entries.size() == 3 && is_text(entries[0])) {
      demand(pickle_.text(entries[0]) == kWithTable);
      for (const Id text : items(entries[1])) {
        demand(is_text(text));
        table_.push_back(pickle_.text(text).size());
      }
      has_table_ = true;
      entries = items(entries[2]);
    }
    for (const Id entry : entries) check_entry(items(entry));
  }

 private:
  static void demand(bool condition) {
    if (!condition) throw Flaw("a debug record that is damaged", "one that PyTorch has written");
  }
  [[nodiscard]] bool is_text(Id id) const { return pickle_.is(id, Kind::kText); }
  [[nodiscard]] std::vector<Id> items(Id id) const {
    demand(pickle_.is(id, Kind::kTuple));
    return pickle_.items(id);
  }
  [[nodiscard]] size_t number(Id id) const {
    demand(pickle_.is(id, Kind::kInt) && pickle_.number(id) >= 0);
    return size_t(pickle_.number(id));
  }

  /// Offset, range and, in newer files, a tag. The range is of a source, begins and ends.
  void check_entry(const std::vector<Id>& entry) {
    demand(entry.size() == 2 || entry.size() == 3);
    (void)number(entry[0]);
    const bool tag_first = entry.size() == 3 && !pickle_.is(entry[1], Kind::kTuple);
    const std::vector<Id> range = items(entry[tag_first ? 2 : 1]);
    demand(range.size() == 3);
    const size_t size = source_size(range[0]), begin = number(range[1]), end = number(range[2]);
    demand(begin <= end && end <= std::max(size, size_t(1)));  // of no source LibTorch 1.13 writes (0, 1)
  }

  /// The characters of a source; LibTorch keeps one copy of each.
  size_t source_size(Id id) {
    const std::vector<Id> source = items(id);
    demand(source.size() == 3);
    (void)number(source[2]);  // the line at which it starts
    const size_t size = has_table_ ? pieces_size(source) : plain_size(source);
    if (counted_.insert(id).second) total_ += size;
    demand(total_ <= kMostText);
    return size;
  }
  size_t plain_size(const std::vector<Id>& source) const {
    demand(is_text(source[0]) && (is_text(source[1]) || pickle_.is(source[1], Kind::kNone)));
    return pickle_.text(source[0]).size();
  }
  size_t pieces_size(const std::vector<Id>& source) const {
    demand(pickle_.is(source[0], Kind::kList) && number(source[1]) < table_.size());
    size_t size = 0;
    for (const Id piece : pickle_.items(source[0])) {
      demand(number(piece) < table_.size());
      size += table_[number(piece)];
    }
    return size;
  }

  Pickle pickle_;
  std::vector<size_t> table_;  ///< the length of each text
  bool has_table_ = false;
  std::set<Id> counted_;
  size_t total_ = 0;
};

}  // namespace

bool is_sound_debug_record(std::string_view bytes) {
  try {
    Reader(bytes).check();
    return true;
  } catch (const Flaw&) {
    return false;
  }
}

}  // namespace qtool
