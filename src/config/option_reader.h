#pragma once
/// YAML into trees of options. For the .cpp files of this folder: nobody else sees the YAML library.
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/problems.h"
#include "options/option_tree.h"

namespace qtool {

[[nodiscard]] Place place_of(const YAML::Mark& mark);
/// `'text'`, `a map`, `a list` or `nothing`
[[nodiscard]] std::string shape_of(const YAML::Node& node);
/// The one document of a text; a null node where it is empty. What is not YAML is added to the problems.
[[nodiscard]] YAML::Node parse_yaml(const std::string& text, Problems& problems);

/// What becomes of keys that no tree has.
enum class UnknownKeys {
  kRefuse,
  kPass  ///< they may be of another tree; recognised() says which were of one
};

/// Keys that one map may have.
struct KnownKeys {
  std::vector<OptionGroup*> trees = {};  ///< they share the map
  std::set<std::string> others = {};     ///< read by the caller
};

/// Walks YAML and trees side by side; what is wrong goes to the problems.
class OptionReader {
 public:
  explicit OptionReader(Problems& problems);

  /// All keys of a map. `path` is where it stands: empty, or e.g. `jobs[0].`.
  void read(const YAML::Node& map, const std::string& path, const KnownKeys& known, UnknownKeys unknown);
  /// One value to the key with this path in the tree, e.g. `quantize.weight_bits`; false where there is none. `shown`
  /// is how messages name it.
  bool read_value(const YAML::Node& value, const YAML::Mark& mark, OptionGroup& tree, const std::string& path,
                  const std::string& shown);
  /// Where each key with a value stands; paths count from the root of the trees, elements of lists are `models[1]`.
  [[nodiscard]] const std::map<std::string, Place>& places() const { return places_; }
  /// Where the keys stand that a tree had.
  [[nodiscard]] const std::set<Place>& recognised() const { return recognised_; }

 private:
  void complain(const YAML::Mark& mark, const std::string& path, const std::string& text);
  void read_map(const YAML::Node& node, const std::string& path, const KnownKeys& here);
  bool read_entry(const std::string& key, const YAML::Mark& key_mark, const YAML::Node& value,
                  const std::string& path, OptionGroup& group);
  void read_field(OptionField& field, const YAML::Node& value, const YAML::Mark& mark,
                  const std::string& path);
  void read_list(OptionList& list, const YAML::Node& value, const YAML::Mark& mark, const std::string& path);
  [[nodiscard]] std::string shown(const std::string& path) const { return prefix_ + path; }
  /// What reports say of where a setting came from: `file:line`.
  [[nodiscard]] std::string origin(const YAML::Mark& mark) const {
    return problems_.file() + ":" + std::to_string(mark.line + 1);
  }

  Problems& problems_;
  std::filesystem::path folder_;
  std::string prefix_ = {};  ///< of the paths in messages
  KnownKeys root_ = {};
  UnknownKeys unknown_ = UnknownKeys::kRefuse;
  std::map<std::string, Place> places_ = {};
  std::set<Place> recognised_ = {};
};

/// `, did you mean ...?`: the same key elsewhere under `root`, or the nearest `here`; else which keys are known here.
/// `path` is that of the map in which `key` stands, counted from the root.
[[nodiscard]] std::string suggestion(const std::string& key, const std::string& path, const KnownKeys& here,
                                     const KnownKeys& root);

/// Fields that must have a value and have none; `path` is prefixed in messages.
void require_fields(const OptionGroup& tree, Place place, const std::string& path, Problems& problems);

}  // namespace qtool
