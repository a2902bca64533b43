#include "options/option_tree.h"

#include <algorithm>

namespace qtool {
namespace {

void visit_fields(const OptionGroup& tree, const std::string& prefix, const FieldVisitor& visit) {
  for (const auto& field : tree.fields) visit(prefix + field.key, field);
  for (const auto& list : tree.lists) {
    auto elements = list.elements();
    for (size_t i = 0; i < elements.size(); ++i) {
      for (auto& field : elements[i].fields)
        if (!join(field.get()).empty()) field.origin = list.origin;
      visit_fields(elements[i], prefix + list.key + "[" + std::to_string(i) + "].", visit);
    }
  }
  for (const auto& group : tree.groups) visit_fields(group, prefix + group.key + ".", visit);
}

}  // namespace

bool OptionField::is_path(const std::string& text) const {
  return has(FieldTrait::kPath) && !text.empty() &&
         std::find(choices.begin(), choices.end(), text) == choices.end();
}

OptionField named_field(const char* key, const char* help) {
  OptionField field{.key = key, .help = help, .flag = key};
  std::replace(field.flag.begin(), field.flag.end(), '_', '-');
  return field;
}

void apply_trait(OptionField& field, Range range) { field.range = range; }
void apply_trait(OptionField& field, Choices choices) { field.choices = std::move(choices.names); }
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

void for_each_field(const OptionGroup& tree, const FieldVisitor& visit) { visit_fields(tree, "", visit); }

std::vector<std::pair<std::string, std::string>> settings_of(const OptionGroup& tree) {
  std::vector<std::pair<std::string, std::string>> settings;
  for_each_field(tree, [&](const std::string& path, const OptionField& field) {
    if (!field.has(FieldTrait::kFlagOnly)) settings.emplace_back(path, join(field.get()));
  });
  return settings;
}

std::map<std::string, std::string> origins_of(const OptionGroup& tree) {
  std::map<std::string, std::string> origins;
  for_each_field(tree, [&](const std::string& path, const OptionField& field) {
    if (!field.origin.empty()) origins[path] = field.origin;
  });
  return origins;
}

}  // namespace qtool
