#include "core/option_tree.h"

#include <algorithm>

namespace qtool {

OptionField named_field(const char* key, const char* help) {
  OptionField field{.key = key, .help = help, .flag = key};
  std::replace(field.flag.begin(), field.flag.end(), '_', '-');
  return field;
}

void apply_trait(OptionField& field, Range range) { field.range = range; }
void apply_trait(OptionField& field, Shorthand shorthand) { field.shorthand = shorthand; }

void apply_trait(OptionField& field, Flag flag) {
  field.flag = flag.name;
  field.letter = flag.letter;
}

void apply_trait(OptionField& field, FieldTrait trait) {
  field.traits |= static_cast<unsigned>(trait);
  if (trait == FieldTrait::kConfigOnly) field.flag.clear();
}

void merge(OptionGroup& group, OptionGroup more) {
  std::move(more.fields.begin(), more.fields.end(), std::back_inserter(group.fields));
  std::move(more.lists.begin(), more.lists.end(), std::back_inserter(group.lists));
  std::move(more.groups.begin(), more.groups.end(), std::back_inserter(group.groups));
}

OptionField* find_field(OptionGroup& tree, const std::string& path) {
  const size_t dot = path.find('.');
  for (auto& field : tree.fields)
    if (dot == std::string::npos && field.key == path) return &field;
  for (auto& group : tree.groups)
    if (dot != std::string::npos && group.key == path.substr(0, dot))
      return find_field(group, path.substr(dot + 1));
  return nullptr;
}

bool has_key(const OptionGroup& tree, const std::string& path) {
  const size_t dot = path.find('.');
  const std::string key = path.substr(0, dot);
  for (const auto& group : tree.groups)
    if (group.key == key) return dot == std::string::npos || has_key(group, path.substr(dot + 1));
  if (dot != std::string::npos) return false;
  const auto is_key = [&](const auto& entry) { return entry.key == key; };
  const auto field = std::find_if(tree.fields.begin(), tree.fields.end(), is_key);
  if (field != tree.fields.end()) return !field->has(FieldTrait::kFlagOnly);
  return std::any_of(tree.lists.begin(), tree.lists.end(), is_key);
}

std::vector<std::pair<std::string, std::string>> settings_of(const OptionGroup& tree) {
  std::vector<std::pair<std::string, std::string>> settings;
  const auto add = [&](const std::string& prefix, const OptionGroup& group) {
    for (auto& [key, value] : settings_of(group)) settings.emplace_back(prefix + "." + key, value);
  };
  for (const auto& field : tree.fields)
    if (!field.has(FieldTrait::kFlagOnly)) settings.emplace_back(field.key, join(field.get()));
  for (const auto& list : tree.lists) {
    const auto elements = list.elements();
    for (size_t i = 0; i < elements.size(); ++i) add(list.key + "[" + std::to_string(i) + "]", elements[i]);
  }
  for (const auto& group : tree.groups) add(group.key, group);
  return settings;
}

std::map<std::string, std::string> origins_of(const OptionGroup& tree) {
  std::map<std::string, std::string> origins;
  for (const auto& field : tree.fields)
    if (!field.origin.empty()) origins[field.key] = field.origin;
  for (const auto& list : tree.lists) {
    if (list.origin.empty()) continue;
    const auto elements = list.elements();
    for (size_t i = 0; i < elements.size(); ++i)
      for (const auto& [key, value] : settings_of(elements[i]))
        if (!value.empty()) origins[list.key + "[" + std::to_string(i) + "]." + key] = list.origin;
  }
  for (const auto& group : tree.groups)
    for (const auto& [key, origin] : origins_of(group)) origins[group.key + "." + key] = origin;
  return origins;
}

}  // namespace qtool
