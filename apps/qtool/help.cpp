#include "help.h"

#include <algorithm>

#include "exit_code.h"
#include "flags.h"

namespace qtool {
namespace {

constexpr size_t kHelpColumn = 32;

std::string row(std::string left, const std::string& right) {
  left = "  " + left;
  if (left.size() + 2 > kHelpColumn) return left + "\n" + std::string(kHelpColumn, ' ') + right + "\n";
  left.resize(kHelpColumn, ' ');
  return left + right + "\n";
}

std::string value_name(const OptionField& field) {
  if (!field.choices.empty() && field.type == ValueType::kText)
    return field.has(FieldTrait::kPath) ? "NAME|PATH" : "NAME";
  if (field.has(FieldTrait::kSpec)) return "SPEC";
  if (field.has(FieldTrait::kPath)) return "PATH";
  const std::string name = field.type == ValueType::kInteger  ? "N"
                           : field.type == ValueType::kNumber ? "X"
                                                              : "TEXT";
  return field.is_list && field.type != ValueType::kText ? name + "," + name : name;
}

std::string flag_text(const OptionField& field) {
  if (field.has(FieldTrait::kPositional)) return flag_title(field);
  const std::string letter = field.letter == 0 ? "" : std::string("-") + field.letter + ", ";
  if (field.type == ValueType::kBool)
    return letter + (field.get()[0] == "true" ? "--[no-]" : "--") + field.flag;
  return letter + "--" + field.flag + " " + value_name(field) +
         (field.has(FieldTrait::kSeveral) ? "..." : "");
}

std::string default_text(const OptionField& field) {
  const std::string value = join(field.get(), ",");
  if (field.type == ValueType::kBool) return value == "true" ? " [on]" : "";
  return value.empty() ? "" : " [" + value + "]";
}

void add_rows(const OptionField& field, std::vector<HelpRow>& rows) {
  const std::string choices = field.choices.empty() ? "" : ": " + join(field.choices);
  rows.push_back({flag_text(field), field.help + choices + default_text(field)});
  if (*field.shorthand.flag != 0)
    rows.push_back({std::string("--") + field.shorthand.flag,
                    "the same as --" + field.flag + " " + field.shorthand.value});
}

void add_topics(const std::string& title, const OptionGroup& group, std::vector<HelpTopic>& topics) {
  HelpTopic arguments{.title = "arguments"}, flags{.title = title};
  for (const auto& field : group.fields) {
    if (field.has(FieldTrait::kPositional))
      add_rows(field, arguments.rows);
    else if (!field.flag.empty())
      add_rows(field, flags.rows);
  }
  for (const auto& topic : {arguments, flags})
    if (!topic.rows.empty()) topics.push_back(topic);
  for (const auto& child : group.groups) add_topics(child.key, child, topics);
}

}  // namespace

std::vector<HelpTopic> help_topics(const Command& command) {
  CommonOptions common;
  std::vector<HelpTopic> topics;
  add_topics("flags", command.options, topics);
  add_topics("common", common_tree(command, common), topics);
  return topics;
}

std::string usage_text(const Command& command) {
  std::string text = "qtool " + command.name;
  for (const auto& field : command.options.fields) {
    if (field.has(FieldTrait::kPositional)) {
      text += " " + flag_title(field);
      if (field.is_list) text += " [" + flag_title(field) + "...]";
    } else if (field.has(FieldTrait::kRequired)) {
      text += " " + (field.letter != 0 ? std::string("-") + field.letter : "--" + field.flag) + " " +
              value_name(field);
    }
  }
  return text + " [flags]";
}

std::string help_text(const std::vector<Command>& commands) {
  std::string text =
      "qtool quantizes TorchScript models\n\nusage: qtool SUBCOMMAND [flags]\n\nsubcommands:\n";
  for (const auto& command : commands) text += row(command.name, command.summary);
  text += "\nflags:\n" + row("-h, --help", "this text; behind a subcommand, its flags") +
          row("--version", "versions, int8 engines and CPU features") + "\nexit codes:\n";
  for (const auto& [code, meaning] : kExitCodes) text += row(code, meaning);
  return text;
}

std::string help_text(const Command& command) {
  std::string text = command.summary + "\n\nusage: " + usage_text(command) + "\n";
  for (const auto& topic : help_topics(command)) {
    text += "\n" + topic.title + ":\n";
    for (const auto& [flag, help] : topic.rows) text += row(flag, help);
  }
  return text + "\nexample:\n  " + command.example + "\n";
}

}  // namespace qtool
