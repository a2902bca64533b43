#include <algorithm>
#include <filesystem>

#include "config/config.h"
#include "config/config_paths.h"

namespace qtool {
namespace {

constexpr size_t kCommentColumn = 40;

/// Words that YAML readers take for something other than text.
bool reads_as_text(const std::string& text) {
  static const std::string safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-";
  const auto first = static_cast<unsigned char>(text.empty() ? ' ' : text[0]);
  const bool word =
      (std::isalpha(first) != 0 || first == '/') && text.find_first_not_of(safe) == std::string::npos;
  static const std::string reserved[] = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return word && std::find(std::begin(reserved), std::end(reserved), lower) == std::end(reserved);
}

std::string quoted(const std::string& text) {
  static const char* hex = "0123456789abcdef";
  std::string out = "\"";
  for (const unsigned char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c < 0x20 || c == 0x7f)
      out += std::string("\\x") + hex[c >> 4] + hex[c & 15];
    else
      out += static_cast<char>(c);
  }
  return out + "\"";
}

std::string scalar(const OptionField& field, const std::string& text) {
  if (field.type != ValueType::kText) return text;
  const std::string path = resolve_path(field, text, std::filesystem::current_path());
  return reads_as_text(path) ? path : quoted(path);
}

std::string value_text(const OptionField& field) {
  const auto texts = field.get();
  if (!field.is_list) return texts.empty() ? "null" : scalar(field, texts[0]);
  std::vector<std::string> scalars;
  for (const auto& text : texts) scalars.push_back(scalar(field, text));
  return "[" + join(scalars) + "]";
}

std::string comment_text(const OptionField& field) {
  return field.choices.empty() ? field.help : field.help + ": " + join(field.choices);
}

std::string with_comment(std::string line, const std::string& comment) {
  line.resize(std::max(line.size() + 2, kCommentColumn), ' ');
  return line + "# " + comment + "\n";
}

std::string group_text(const OptionGroup& group, const std::string& indent) {
  std::string text;
  for (const auto& field : group.fields)
    if (!field.has(FieldTrait::kFlagOnly))
      text += with_comment(indent + field.key + ": " + value_text(field), comment_text(field));
  for (const auto& list : group.lists) {
    const auto elements = list.elements();
    text += with_comment(indent + list.key + (elements.empty() ? ": []" : ":"), list.help);
    for (const auto& element : elements) text += indent + "  - " + print_element(element) + "\n";
  }
  for (const auto& child : group.groups)
    text += indent + child.key + ":\n" + group_text(child, indent + "  ");
  return text;
}

}  // namespace

std::string print_element(const OptionGroup& element) {
  std::vector<std::string> parts;
  for (const auto& field : element.fields)
    if (!field.has(FieldTrait::kFlagOnly) && !field.get().empty() && !field.get()[0].empty())
      parts.push_back(field.key + ": " + value_text(field));
  return "{" + join(parts) + "}";
}

std::string print_config(const OptionGroup& tree, const std::string& task) {
  return "version: 1\ntask: " + task + "\n" + group_text(tree, "");
}

}  // namespace qtool
