#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "config/config.h"
#include "config/config_paths.h"
#include "core/atomic_file.h"

namespace qtool {
namespace {

struct Problem {
  int line = 0, column = 0;  ///< from 1
  std::string text;          ///< `key.path: what is wrong`
};

std::string shape_of(const YAML::Node& node) {
  if (node.IsMap()) return "a map";
  if (node.IsSequence()) return "a list";
  if (!node.IsScalar()) return "nothing";
  return "'" + node.Scalar() + "'";
}

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

/// Walks YAML and tree side by side.
class Reader {
 public:
  Reader(std::string file, OptionGroup& root) : file_(std::move(file)), root_(root) {
    folder_ = std::filesystem::path(file_).parent_path();
  }

  void read_document(const YAML::Node& node, const std::string& task) {
    if (node.IsNull()) return;
    if (!node.IsMap()) return complain(node.Mark(), "", "got " + shape_of(node) + ", expected a map of keys");
    OptionGroup head;
    int64_t version = 1;
    std::string file_task = task;
    OptionTreeBuilder builder(head);
    builder.field("version", version, "of this format", between(1, 1));
    builder.field("task", file_task, "the subcommand");
    read_map(node, "", {&head, &root_});
    if (file_task != task)
      complain(node["task"].Mark(), "task",
               "got '" + file_task + "', but the command is 'qtool " + task + "'");
  }

  [[nodiscard]] std::vector<Problem> problems() const { return problems_; }

 private:
  void complain(const YAML::Mark& mark, const std::string& path, const std::string& text) {
    problems_.push_back({mark.line + 1, mark.column + 1, path.empty() ? text : path + ": " + text});
  }

  [[nodiscard]] std::string place(const YAML::Mark& mark) const {
    return file_ + ":" + std::to_string(mark.line + 1);
  }

  /// The keys of `groups` share one map.
  void read_map(const YAML::Node& node, const std::string& path, const std::vector<OptionGroup*>& groups) {
    std::set<std::string> seen;
    for (const auto& entry : node) {
      const YAML::Mark mark = entry.first.Mark();
      if (!entry.first.IsScalar()) {
        complain(mark, path, "got " + shape_of(entry.first) + " as a key, expected a word");
        continue;
      }
      const std::string key = entry.first.Scalar();
      if (!seen.insert(key).second)
        complain(mark, path + key, "this key stands here twice");
      else if (!std::any_of(groups.begin(), groups.end(), [&](OptionGroup* group) {
                 return read_entry(key, mark, entry.second, path, *group);
               }))
        complain(mark, path + key, "unknown key" + suggestion(key, path, groups));
    }
  }

  bool read_entry(const std::string& key, const YAML::Mark& key_mark, const YAML::Node& value,
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
        read_map(value, path + key + ".", {&child});
      else
        complain(mark, path + key, "got " + shape_of(value) + ", expected a map of keys");
      return true;
    }
    return false;
  }

  void read_field(OptionField& field, const YAML::Node& value, const YAML::Mark& mark,
                  const std::string& path) {
    std::vector<std::string> texts;
    const auto wrong = [&](const std::string& got) {
      complain(mark, path, "got " + got + ", expected " + expected_of(field));
    };
    const auto add = [&](const YAML::Node& scalar) {
      if (!scalar.IsScalar()) return wrong(shape_of(scalar)), false;
      if (field.type != ValueType::kText && in_quotes(scalar))
        return wrong("the text '" + scalar.Scalar() + "' in quotes"), false;
      texts.push_back(resolve_path(field, scalar.Scalar(), folder_));
      return true;
    };
    if (field.is_list) {
      if (!value.IsSequence()) return wrong(shape_of(value));
      for (const auto& element : value)
        if (!add(element)) return;
    } else if (!(field.is_optional && value.IsNull()) && !add(value)) {
      return;
    }
    field.origin = place(mark);
    if (const auto problem = field.set(texts))
      complain(mark, path, "got " + problem->got + ", expected " + problem->expected + problem->hint);
  }

  void read_list(OptionList& list, const YAML::Node& value, const YAML::Mark& mark, const std::string& path) {
    if (!value.IsSequence())
      return complain(mark, path, "got " + shape_of(value) + ", expected a list of maps");
    list.clear();
    list.origin = place(mark);
    for (size_t i = 0; i < value.size(); ++i) {
      const YAML::Node element = value[i];
      const std::string element_path = path + "[" + std::to_string(i) + "]";
      if (!element.IsMap()) {
        complain(element.Mark(), element_path, "got " + shape_of(element) + ", expected a map of keys");
        continue;
      }
      OptionGroup group = list.append(file_ + ":" + std::to_string(element.Mark().line + 1));
      read_map(element, element_path + ".", {&group});
      for (const auto& field : group.fields)
        if (field.has(FieldTrait::kRequired) && field.get()[0].empty())
          complain(element.Mark(), element_path + "." + field.key, "missing, expected " + field.help);
    }
  }

  /// The nearest key of this map; else the same key where it stands elsewhere.
  [[nodiscard]] std::string suggestion(const std::string& key, const std::string& path,
                                       const std::vector<OptionGroup*>& groups) const {
    std::vector<std::string> here, all;
    for (const OptionGroup* group : groups) collect_keys(*group, "", here);
    std::erase_if(here, [](const std::string& name) { return name.find('.') != std::string::npos; });
    collect_keys(root_, "", all);
    for (const auto& name : all)
      if (name != path + key && name.substr(name.rfind('.') + 1) == key)
        return ", did you mean '" + name + "'?";
    const std::string near = did_you_mean(key, here);
    return near.empty() ? "; known here: " + join(here) : near;
  }

  std::string file_;
  std::filesystem::path folder_;
  OptionGroup& root_;
  std::vector<Problem> problems_;
};

[[noreturn]] void throw_problems(std::vector<Problem> problems, const std::string& path) {
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  const size_t count = problems.size();
  std::string what = std::to_string(count) + (count == 1 ? " problem" : " problems") + " in the config file";
  for (const auto& [line, column, text] : problems)
    what += "\n  " + path + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + text;
  throw Error(ErrorKind::kUsage,
              {.what = what, .fix = "mend these lines; --print-config shows all keys with their values"});
}

YAML::Node parse(const std::string& text, const std::string& path) {
  try {
    const auto documents = YAML::LoadAll(text);
    if (documents.size() > 1)
      throw_problems({{documents[1].Mark().line + 1, 1, "a second document, expected one"}}, path);
    return documents.empty() ? YAML::Node() : documents[0];
  } catch (const YAML::Exception& error) {
    throw_problems({{error.mark.line + 1, error.mark.column + 1, "not YAML: " + error.msg}}, path);
  }
}

}  // namespace

void read_config_text(const std::string& text, const std::string& path, OptionGroup& tree,
                      const std::string& task) {
  Reader reader(path, tree);
  reader.read_document(parse(text, path), task);
  if (!reader.problems().empty()) throw_problems(reader.problems(), path);
}

void read_config(const std::string& path, OptionGroup& tree, const std::string& task) {
  read_config_text(read_file(path), path, tree, task);
}

}  // namespace qtool
