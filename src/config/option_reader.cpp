#include "config/option_reader.h"

#include <algorithm>
#include <optional>

#include "config/config_paths.h"
#include "config/yaml_extent.h"

namespace qtool {
namespace {

bool in_quotes(const YAML::Node& node) { return node.Tag() == "!"; }

std::string expected_of(const OptionField& field) {
  const std::string one =
      field.choices.empty() ? expected_text(field.type, field.range) : "one of " + join(field.choices);
  return field.is_list ? "a list [...], each " + one : one;
}

void collect_keys(const OptionGroup& group, const std::string& path, std::vector<std::string>& paths) {
  for (const auto& field : group.fields)
    if (!field.has(FieldTrait::kFlagOnly)) paths.push_back(path + field.key);
  for (const auto& list : group.lists) paths.push_back(path + list.key);
  for (const auto& child : group.groups) {
    paths.push_back(path + child.key);
    collect_keys(child, path + child.key + ".", paths);
  }
}

/// `rules[0].bits` stands in a list's element, whose tree is not part of the root's.
std::string element(const std::string& path, size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

/// Where the file is not text: YAML allows no control characters but these.
std::optional<Place> first_control_character(const std::string& text) {
  Place place{1, 1};
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\n' && c != '\r';
    if (control) return place;
    place = c == '\n' ? Place{place.line + 1, 1} : Place{place.line, place.column + 1};
  }
  return std::nullopt;
}

}  // namespace

Place place_of(const YAML::Mark& mark) { return {std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1}; }

std::string shape_of(const YAML::Node& node) {
  if (node.IsMap()) return "a map";
  if (node.IsSequence()) return "a list";
  if (!node.IsScalar()) return "nothing";
  return "'" + node.Scalar() + "'";
}

YAML::Node parse_yaml(const std::string& text, Problems& problems) {
  if (const auto place = first_control_character(text)) {
    problems.add(*place, "", "a control character, expected YAML as text in UTF-8");
    return {};
  }
  try {
    if (const auto excess = yaml_excess(text)) {
      problems.add(excess->place, "", excess->text);
      return {};
    }
    const auto documents = YAML::LoadAll(text);
    if (documents.size() > 1)
      problems.add({documents[1].Mark().line + 1, 1}, "", "a second document, expected one");
    else if (!documents.empty())
      return documents[0];
  } catch (const YAML::Exception& error) {
    problems.add(place_of(error.mark), "", "not YAML: " + error.msg);
  }
  return {};
}

OptionReader::OptionReader(Problems& problems)
    : problems_(problems), folder_(std::filesystem::path(problems.file()).parent_path()) {}

void OptionReader::complain(const YAML::Mark& mark, const std::string& path, const std::string& text) {
  problems_.add(place_of(mark), path, text);
}

void OptionReader::read(const YAML::Node& map, const std::string& path, const KnownKeys& known,
                        UnknownKeys unknown) {
  prefix_ = path;
  root_ = known;
  unknown_ = unknown;
  read_map(map, "", known);
}

bool OptionReader::read_value(const YAML::Node& value, const YAML::Mark& mark, OptionGroup& tree,
                              const std::string& path, const std::string& shown_path) {
  OptionGroup* group = &tree;
  size_t begin = 0;
  for (size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', begin)) {
    const std::string key = path.substr(begin, dot - begin);
    const auto child = std::find_if(group->groups.begin(), group->groups.end(),
                                    [&](const OptionGroup& candidate) { return candidate.key == key; });
    if (child == group->groups.end()) return false;
    group = &*child;
    begin = dot + 1;
  }
  // Messages name the key as the caller does, e.g. `matrix.quantize.weight_bits`.
  prefix_ = shown_path.substr(0, shown_path.size() - path.size());
  root_ = {.trees = {&tree}};
  unknown_ = UnknownKeys::kRefuse;
  return read_entry(path.substr(begin), mark, value, path.substr(0, begin), *group);
}

void OptionReader::read_map(const YAML::Node& node, const std::string& path, const KnownKeys& here) {
  std::set<std::string> seen;
  for (const auto& entry : node) {
    const YAML::Mark mark = entry.first.Mark();
    if (!entry.first.IsScalar()) {
      complain(mark, shown(path), "got " + shape_of(entry.first) + " as a key, expected a word");
      continue;
    }
    const std::string key = entry.first.Scalar();
    if (!seen.insert(key).second) {
      complain(mark, shown(path + key), "this key stands here twice");
      continue;
    }
    const bool known = here.others.contains(key) ||
                       std::any_of(here.trees.begin(), here.trees.end(), [&](OptionGroup* group) {
                         return read_entry(key, mark, entry.second, path, *group);
                       });
    if (known)
      recognised_.insert(place_of(mark));
    else if (unknown_ == UnknownKeys::kRefuse)
      complain(mark, shown(path + key), "unknown key" + suggestion(key, path, here, root_));
  }
}

bool OptionReader::read_entry(const std::string& key, const YAML::Mark& key_mark, const YAML::Node& value,
                              const std::string& path, OptionGroup& group) {
  const YAML::Mark mark = value.Mark().is_null() || value.IsNull() ? key_mark : value.Mark();
  for (auto& field : group.fields)
    if (field.key == key && !field.has(FieldTrait::kFlagOnly))
      return read_field(field, value, mark, path + key), true;
  for (auto& list : group.lists)
    if (list.key == key) return read_list(list, value, mark, path + key), true;
  for (auto& child : group.groups) {
    if (child.key != key) continue;
    if (value.IsMap())
      read_map(value, path + key + ".", {.trees = {&child}});
    else if (!value.IsNull())  // a key with nothing but comments below it sets nothing
      complain(mark, shown(path + key), "got " + shape_of(value) + ", expected a map of keys");
    return true;
  }
  return false;
}

void OptionReader::read_field(OptionField& field, const YAML::Node& value, const YAML::Mark& mark,
                              const std::string& path) {
  std::vector<std::string> texts;
  const auto wrong = [&](const std::string& got) {
    complain(mark, shown(path), "got " + got + ", expected " + expected_of(field));
  };
  const auto add = [&](const YAML::Node& scalar) {
    if (!scalar.IsScalar()) return wrong(shape_of(scalar)), false;
    if (field.type != ValueType::kText && in_quotes(scalar))
      return wrong("the text '" + scalar.Scalar() + "' in quotes"), false;
    if (field.is_list) places_[element(path, texts.size())] = place_of(scalar.Mark());
    texts.push_back(resolve_path(field, scalar.Scalar(), folder_));
    return true;
  };
  places_[path] = place_of(mark);
  if (field.is_list) {
    if (!value.IsSequence()) return wrong(shape_of(value));
    for (const auto& scalar : value)
      if (!add(scalar)) return;
  } else if (!(field.is_optional && value.IsNull()) && !add(value)) {
    return;
  }
  field.origin = origin(mark);
  if (const auto problem = field.set(texts))
    complain(mark, shown(path), "got " + problem->got + ", expected " + problem->expected + problem->hint);
}

void OptionReader::read_list(OptionList& list, const YAML::Node& value, const YAML::Mark& mark,
                             const std::string& path) {
  if (!value.IsSequence())
    return complain(mark, shown(path), "got " + shape_of(value) + ", expected a list of maps");
  list.clear();
  list.origin = origin(mark);
  for (size_t i = 0; i < value.size(); ++i) {
    const YAML::Node entry = value[i];
    const std::string entry_path = element(path, i);
    if (!entry.IsMap()) {
      complain(entry.Mark(), shown(entry_path), "got " + shape_of(entry) + ", expected a map of keys");
      continue;
    }
    OptionGroup group = list.append(problems_.file() + ":" + std::to_string(entry.Mark().line + 1));
    read_map(entry, entry_path + ".", {.trees = {&group}});
    require_fields(group, place_of(entry.Mark()), shown(entry_path + "."), problems_);
  }
}

std::string suggestion(const std::string& key, const std::string& path, const KnownKeys& here,
                       const KnownKeys& root) {
  const auto keys_of = [](const KnownKeys& known) {
    std::vector<std::string> keys(known.others.begin(), known.others.end());
    for (const OptionGroup* group : known.trees) collect_keys(*group, "", keys);
    return keys;
  };
  for (const auto& name : keys_of(root))
    if (name != path + key && name.substr(name.rfind('.') + 1) == key)
      return ", did you mean '" + name + "'?";
  std::vector<std::string> near_by = keys_of(here);
  std::erase_if(near_by, [](const std::string& name) { return name.find('.') != std::string::npos; });
  const std::string near = did_you_mean(key, near_by);
  return near.empty() ? "; known here: " + join(near_by) : near;
}

void require_fields(const OptionGroup& tree, Place place, const std::string& path, Problems& problems) {
  for (const auto& field : tree.fields) {
    const auto texts = field.get();
    if (field.has(FieldTrait::kRequired) && (texts.empty() || texts[0].empty()))
      problems.add(place, path + field.key, "missing, expected " + field.help);
  }
  for (const auto& group : tree.groups) require_fields(group, place, path + group.key + ".", problems);
}

}  // namespace qtool
