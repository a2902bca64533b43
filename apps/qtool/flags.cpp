#include "flags.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>

namespace qtool {

std::string flag_title(const OptionField& field) {
  if (!field.has(FieldTrait::kPositional)) return "--" + field.flag;
  std::string title = field.key;
  std::transform(title.begin(), title.end(), title.begin(), [](unsigned char c) { return std::toupper(c); });
  if (field.is_list && title.ends_with('S')) title.pop_back();
  return title;
}

Flags::Flags(CLI::App& app, OptionGroup& tree) { add_group(app, tree); }

void Flags::add_group(CLI::App& app, OptionGroup& group) {
  for (auto& field : group.fields)
    if (!field.flag.empty()) add_field(app, field);
  for (auto& child : group.groups) add_group(app, child);
}

void Flags::add_field(CLI::App& app, OptionField& field) {
  const std::string flag = "--" + field.flag;
  std::string names = flag;
  if (field.letter != 0) names = std::string("-") + field.letter + "," + names;
  if (field.has(FieldTrait::kPositional)) names = field.key;
  names_.push_back(names);
  CLI::Option* option = nullptr;
  if (field.type == ValueType::kBool) {
    option = app.add_flag(names + ",!--no-" + field.flag);
    names_.push_back("--no-" + field.flag);
  } else {
    option = app.add_option(names);
    // A flag given twice is for set() to judge; only lists take it.
    option->take_all()->type_size(1)->expected(1)->allow_extra_args(false);
    const bool many =
        field.has(FieldTrait::kSeveral) || (field.has(FieldTrait::kPositional) && field.is_list);
    if (many) option->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args(true);
    // Texts may hold commas (patterns do); numbers and names do not.
    if (field.is_list && (field.type != ValueType::kText || !field.choices.empty())) option->delimiter(',');
  }
  bound_.push_back({&field, option, ""});
  if (*field.shorthand.flag != 0) {
    names_.push_back(std::string("--") + field.shorthand.flag);
    bound_.push_back({&field, app.add_flag(names_.back()), field.shorthand.value});
  }
}

void Flags::apply() const {
  for (const auto& [field, option, fixed_value] : bound_) {
    if (option->count() == 0) continue;
    std::vector<std::string> texts = option->results();
    if (!fixed_value.empty()) texts = {fixed_value};
    if (field->type == ValueType::kBool) texts = {texts.back()};
    field->origin = fixed_value.empty() ? flag_title(*field) : std::string("--") + field->shorthand.flag;
    if (const auto problem = field->set(texts))
      throw Error(ErrorKind::kUsage, {.what = flag_title(*field) + ": wrong value" + problem->hint,
                                      .got = problem->got,
                                      .expected = problem->expected,
                                      .fix = "--help shows what it means and its default"});
  }
}

}  // namespace qtool
