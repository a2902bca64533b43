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

/// How a configuration is written.
struct Style {
  bool absolute_paths = true;
  const StarterConfig* starter = nullptr;  ///< what it says of each key; null: all keys with their values
};

std::string scalar(const OptionField& field, const std::string& text, const Style& style) {
  if (field.type != ValueType::kText) return text;
  const std::string path =
      style.absolute_paths ? resolve_path(field, text, std::filesystem::current_path()) : text;
  return reads_as_text(path) ? path : quoted(path);
}

std::string value_text(const OptionField& field, const Style& style) {
  const auto texts = field.get();
  if (!field.is_list) return texts.empty() ? "null" : scalar(field, texts[0], style);
  std::vector<std::string> scalars;
  for (const auto& text : texts) scalars.push_back(scalar(field, text, style));
  return "[" + join(scalars) + "]";
}

std::string comment_text(const OptionField& field) {
  return field.choices.empty() ? field.help : field.help + ": " + join(field.choices);
}

std::string with_comment(std::string line, const std::string& comment) {
  line.resize(std::max(line.size() + 2, kCommentColumn), ' ');
  return line + "# " + comment + "\n";
}

/// Elements of a list show only what they set, without comments.
std::string element_text(const OptionGroup& element, const Style& style) {
  std::vector<std::string> parts;
  for (const auto& field : element.fields)
    if (!field.has(FieldTrait::kFlagOnly) && !field.get().empty() && !field.get()[0].empty())
      parts.push_back(field.key + ": " + value_text(field, style));
  return "{" + join(parts) + "}";
}

/// `# ` before what a starter leaves to the reader.
std::string mark_of(const Style& style, const std::string& path) {
  return style.starter == nullptr || style.starter->set.contains(path) ? "" : "# ";
}

std::string list_text(const OptionList& list, const std::string& indent, const std::string& path,
                      const Style& style) {
  if (style.starter != nullptr) {
    std::string text = with_comment(indent + "# " + list.key + ":", list.help);
    const auto examples = style.starter->examples.find(path);
    if (examples != style.starter->examples.end())
      for (const auto& line : examples->second) text += indent + "#   " + line + "\n";
    return text;
  }
  const auto elements = list.elements();
  std::string text = with_comment(indent + list.key + (elements.empty() ? ": []" : ":"), list.help);
  for (const auto& element : elements) text += indent + "  - " + element_text(element, style) + "\n";
  return text;
}

std::string group_text(const OptionGroup& group, const std::string& indent, const std::string& path,
                       const Style& style) {
  std::string text;
  for (const auto& field : group.fields)
    if (!field.has(FieldTrait::kFlagOnly))
      text += with_comment(
          indent + mark_of(style, path + field.key) + field.key + ": " + value_text(field, style),
          comment_text(field));
  for (const auto& list : group.lists) text += list_text(list, indent, path + list.key, style);
  for (const auto& child : group.groups)
    text += (style.starter != nullptr ? "\n" : "") + indent + child.key + ":\n" +
            group_text(child, indent + "  ", path + child.key + ".", style);
  return text;
}

}  // namespace

std::string print_element(const OptionGroup& element) { return element_text(element, {}); }

std::string print_config(const OptionGroup& tree, const std::string& task) {
  return "version: 1\ntask: " + task + "\n" + group_text(tree, "", "", {});
}

std::string starter_config(const OptionGroup& tree, const std::string& task, const StarterConfig& starter) {
  return "version: 1\ntask: " + task + "\n" +
         group_text(tree, "", "", {.absolute_paths = false, .starter = &starter});
}

}  // namespace qtool
