#pragma once
/// What describe() says (options/options.h), as plain data that reads and writes the struct it came from. The
/// tree points into the struct: it must not outlive it.
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/names.h"
#include "options/option_value.h"
#include "options/options.h"

namespace qtool {

struct OptionField {
  std::string key = {};   ///< in YAML, e.g. `weight_bits`
  std::string help = {};  ///< one line
  std::string flag = {};  ///< without dashes, e.g. `weight-bits`; empty: no flag
  char letter = 0;        ///< -o; 0: none
  Shorthand shorthand = {};
  Range range = {};
  unsigned traits = 0;  ///< of FieldTrait
  ValueType type = ValueType::kText;
  std::vector<std::string> choices = {};  ///< the names, where there are only so many; with kPath: or a file
  bool is_list = false;
  bool is_optional = false;
  std::string origin = {};  ///< where the value is from, e.g. `--seed` or `job.yaml:12`; empty: the default
  /// Parses and stores. One text for a plain field; any number for a list; none for an optional clears it.
  std::function<std::optional<ValueProblem>(std::span<const std::string>)> set = {};
  /// The value as text that set() takes back.
  std::function<std::vector<std::string>()> get = {};

  [[nodiscard]] bool has(FieldTrait trait) const { return (traits & static_cast<unsigned>(trait)) != 0; }
  /// Whether the text, a value of the field, is a path: no field's is that is not of a file, nor is one of `choices`.
  [[nodiscard]] bool is_path(const std::string& text) const;
  /// Of each value. A path may be any text.
  [[nodiscard]] Allowed allowed() const {
    return {range, has(FieldTrait::kPath) ? std::vector<std::string>() : choices};
  }
};

struct OptionGroup;

/// A std::vector of structs.
struct OptionList {
  std::string key = {}, help = {};
  std::string origin = {};  ///< as of a field
  std::function<void()> clear = {};
  /// Adds one element and describes it; valid until the next append.
  std::function<OptionGroup(const std::string& where)> append = {};
  std::function<std::vector<OptionGroup>()> elements = {};
};

struct OptionGroup {
  std::string key = {};  ///< empty at the root
  std::vector<OptionField> fields = {};
  std::vector<OptionList> lists = {};
  std::vector<OptionGroup> groups = {};
};

template <class Options>
[[nodiscard]] OptionGroup option_tree(Options& options, std::string key = "");

using FieldVisitor = std::function<void(const std::string& path, const OptionField& field)>;
/// Calls `visit` for each field with its path: `group.key`, of the elements of lists `rules[0].match`. Of an element,
/// what has a value is from where its list is from.
void for_each_field(const OptionGroup& tree, const FieldVisitor& visit);

/// Path and value of each field, as a report shows them; lists as `a, b`.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> settings_of(const OptionGroup& tree);

/// Of the settings that are not the defaults, by the same keys: where they are from.
[[nodiscard]] std::map<std::string, std::string> origins_of(const OptionGroup& tree);

/// Adds the fields of `more` to those of `group`: two structs at one level.
void merge(OptionGroup& group, OptionGroup more);
/// Fills flag names in, and stores the traits.
void apply_trait(OptionField& field, Range range);
void apply_trait(OptionField& field, Choices choices);
void apply_trait(OptionField& field, Flag flag);
void apply_trait(OptionField& field, Shorthand shorthand);
void apply_trait(OptionField& field, FieldTrait trait);
[[nodiscard]] OptionField named_field(const char* key, const char* help);

/// A tree together with the struct that it points into.
struct OwnedOptions {
  std::shared_ptr<void> owner = {};
  OptionGroup tree = {};
  /// Throws Error(kUsage) where values contradict each other; empty where there is nothing to contradict.
  std::function<void()> check = {};
};

/// The field at a path like `quantize.weight_bits`; null where there is none.
[[nodiscard]] OptionField* find_field(OptionGroup& tree, const std::string& path);
/// Whether YAML may have this path: a field, a list or a group.
[[nodiscard]] bool has_key(const OptionGroup& tree, const std::string& path);

/// The Visitor that builds the tree.
class OptionTreeBuilder {
 public:
  explicit OptionTreeBuilder(OptionGroup& group) : group_(group) {}

  template <class T, class... Traits>
  void field(const char* key, T& value, const char* help, Traits... traits) {
    OptionField field = named_field(key, help);
    (apply_trait(field, traits), ...);
    bind_value(field, value);
    group_.fields.push_back(std::move(field));
  }

  template <class Options>
  void group(const char* key, Options& options) {
    group_.groups.push_back(option_tree(options, key));
  }

  template <class Options>
  void list(const char* key, std::vector<Options>& elements, const char* help) {
    OptionList list{.key = key, .help = help};
    list.clear = [&elements] { elements.clear(); };
    list.append = [&elements](const std::string& where) {
      Options& element = elements.emplace_back();
      if constexpr (requires { element.where = where; }) element.where = where;
      return option_tree(element);
    };
    list.elements = [&elements] {
      std::vector<OptionGroup> trees;
      for (Options& element : elements) trees.push_back(option_tree(element));
      return trees;
    };
    group_.lists.push_back(std::move(list));
  }

 private:
  template <class T>
  static void bind_value(OptionField& field, T& value) {
    field.type = type_of<T>();
    if (field.choices.empty()) field.choices = choices_of<T>();
    const Allowed allowed = field.allowed();
    field.set = [&value, allowed](std::span<const std::string> texts) -> std::optional<ValueProblem> {
      if (texts.size() != 1) return ValueProblem{.got = count_text(texts.size()), .expected = "one value"};
      return parse_allowed(texts[0], allowed, value);
    };
    field.get = [&value] { return std::vector<std::string>{print_value(value)}; };
  }

  template <class T>
  static void bind_value(OptionField& field, std::optional<T>& value) {
    field.type = type_of<T>();
    if (field.choices.empty()) field.choices = choices_of<T>();
    field.is_optional = true;
    const Allowed allowed = field.allowed();
    field.set = [&value, allowed](std::span<const std::string> texts) -> std::optional<ValueProblem> {
      if (texts.size() > 1) return ValueProblem{.got = count_text(texts.size()), .expected = "one value"};
      if (texts.empty()) {
        value.reset();
        return {};
      }
      T parsed{};
      if (auto problem = parse_allowed(texts[0], allowed, parsed)) return problem;
      value = parsed;
      return {};
    };
    field.get = [&value] {
      return value ? std::vector<std::string>{print_value(*value)} : std::vector<std::string>{};
    };
  }

  template <class T>
  static void bind_value(OptionField& field, std::vector<T>& values) {
    field.type = type_of<T>();
    if (field.choices.empty()) field.choices = choices_of<T>();
    field.is_list = true;
    const Allowed allowed = field.allowed();
    field.set = [&values, allowed](std::span<const std::string> texts) -> std::optional<ValueProblem> {
      std::vector<T> parsed(texts.size());
      for (size_t i = 0; i < texts.size(); ++i)
        if (auto problem = parse_allowed(texts[i], allowed, parsed[i])) return problem;
      values = std::move(parsed);
      return {};
    };
    field.get = [&values] {
      std::vector<std::string> texts;
      for (const auto& value : values) texts.push_back(print_value(value));
      return texts;
    };
  }

  OptionGroup& group_;
};

template <class Options>
OptionGroup option_tree(Options& options, std::string key) {
  OptionGroup group;
  group.key = std::move(key);
  OptionTreeBuilder builder(group);
  describe(builder, options);
  return group;
}

}  // namespace qtool
