#include "config/yaml_extent.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

#include "base/limits.h"
#include "config/option_reader.h"

namespace qtool {
namespace {

constexpr size_t kDeepest = 64;
constexpr uint64_t kMostValues = 1'000'000;  // of a document, with each alias replaced by what it stands for

/// Follows a text's events, of which the library keeps nothing.
class Extent : public YAML::EventHandler {
 public:
  /// The library leaves a `,` or `]` where a document must begin, and finds the next document there.
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (mark.pos == document_)
      throw YamlExcess{place_of(mark), "not YAML: a character that no value begins with"};
    document_ = mark.pos;
    values_of_.clear();
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add_leaf(mark, anchor); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string&) override {
    add_leaf(mark, anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(mark, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(mark, anchor);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapEnd() override { end(); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (std::any_of(open_.begin(), open_.end(), [&](const Open& value) { return value.anchor == anchor; }))
      throw YamlExcess{place_of(mark),
                       "an alias of a value that it stands in, expected one that has ended before"};
    add(mark, values_of_[anchor]);
  }

 private:
  struct Open {
    YAML::Mark mark = {};
    YAML::anchor_t anchor = 0;
    uint64_t values = 1;  ///< so far, with itself
  };

  void begin(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (open_.size() == kDeepest)
      throw YamlExcess{place_of(mark), "more than " + std::to_string(kDeepest) +
                                           " lists and maps in each other, expected fewer"};
    open_.push_back({mark, anchor});
  }

  void end() {
    const Open value = open_.back();
    open_.pop_back();
    values_of_[value.anchor] = value.values;
    add(value.mark, value.values);
  }

  void add_leaf(const YAML::Mark& mark, YAML::anchor_t anchor) {
    values_of_[anchor] = 1;
    add(mark, 1);
  }

  void add(const YAML::Mark& mark, uint64_t values) {
    if (open_.empty()) return;
    open_.back().values += values;
    if (open_.back().values > kMostValues && !limits_are_lifted())
      throw YamlExcess{place_of(mark),
                       "more than " + std::to_string(kMostValues) +
                           " values, counting each alias as what it stands for, expected fewer"};
  }

  int document_ = -1;  ///< where the last one began
  std::vector<Open> open_ = {};
  std::map<YAML::anchor_t, uint64_t> values_of_ = {};  ///< of those that have ended
};

}  // namespace

std::optional<YamlExcess> yaml_excess(const std::string& text) {
  std::istringstream in(text);
  YAML::Parser parser(in);
  Extent extent;
  try {
    while (parser.HandleNextDocument(extent)) {
    }
  } catch (const YamlExcess& excess) {
    return excess;
  }
  return std::nullopt;
}

}  // namespace qtool
