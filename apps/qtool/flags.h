#pragma once
#include <string>
#include <vector>

#include "options/option_tree.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace qtool {

/// `--calib-samples`, or `MODEL` for what stands without a flag.
[[nodiscard]] std::string flag_title(const OptionField& field);

/// The flags that a tree of options has, on one CLI11 app. They are stored as text when CLI11 parses, and go
/// to the options when apply() is called.
class Flags {
 public:
  Flags(CLI::App& app, OptionGroup& tree);
  /// Throws Error(kUsage) that names the flag where a value does not fit.
  void apply() const;
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }  ///< with dashes

 private:
  void add_group(CLI::App& app, OptionGroup& group);
  void add_field(CLI::App& app, OptionField& field);

  struct Bound {
    OptionField* field;
    CLI::Option* option;
    std::string fixed_value;  ///< of a flag without a value
  };
  std::vector<Bound> bound_;
  std::vector<std::string> names_;
};

}  // namespace qtool
