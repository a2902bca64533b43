#pragma once
/// One job's options as YAML. The keys are those of describe() (options/options.h); `version: 1` and `task: ptq`
/// may stand before them.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "options/option_tree.h"

namespace qtool {

/// Stores what the file says into the structs behind `tree`; keys that it leaves out keep their values.
/// Strict: unknown and repeated keys, wrong types and values out of range are all collected, and thrown as
/// one Error(kUsage) with file:line:column, key path and the nearest known key for each. Relative paths in
/// the file count from the file's folder. `task` is the subcommand, which the file's `task` must equal.
void read_config(const std::string& path, OptionGroup& tree, const std::string& task);
/// The same from text; `path` is the name for messages.
void read_config_text(const std::string& text, const std::string& path, OptionGroup& tree,
                      const std::string& task);

/// Every key with its value and a comment; reads back to the same values. Paths are made absolute, so that
/// the text means the same from any folder.
[[nodiscard]] std::string print_config(const OptionGroup& tree, const std::string& task);

/// One element of a list on one line, with the keys that it sets: `{match: fc, skip: true}`.
[[nodiscard]] std::string print_element(const OptionGroup& element);
/// What a new configuration says.
struct StarterConfig {
  std::set<std::string> set =
      {};  ///< paths of the keys that it sets; all others are comments with their defaults
  std::map<std::string, std::vector<std::string>> examples =
      {};  ///< lines below a list, as comments, by its path
};
/// A file to begin with; paths as they are in the tree.
[[nodiscard]] std::string starter_config(const OptionGroup& tree, const std::string& task,
                                         const StarterConfig& starter);

}  // namespace qtool
