#include "config/batch_config.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "config/config_paths.h"
#include "config/matrix.h"
#include "config/option_reader.h"

namespace qtool {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> tasks_of(const std::vector<JobKind>& kinds) {
  std::vector<std::string> tasks;
  for (const auto& kind : kinds) tasks.push_back(kind.task);
  return tasks;
}

/// The value of a key, where the map has it.
std::optional<YAML::Node> value_of(const YAML::Node& map, const std::string& key) {
  const YAML::Node value = map[key];
  return value.IsDefined() ? std::optional(value) : std::nullopt;
}

/// A setting `key.path=value` of the command line.
struct Setting {
  std::string key, value;
  bool used = false;
};

Setting parse_setting(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw Error(ErrorKind::kUsage, {.what = "--set: no key and value",
                                    .got = "'" + text + "'",
                                    .expected = "key=value",
                                    .fix = "e.g. --set train.epochs=1"});
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// Lists take commas, as flags do.
std::vector<std::string> texts_of(const OptionField& field, const std::string& value) {
  if (!field.is_list) return {value};
  std::vector<std::string> texts;
  for (size_t begin = 0; begin <= value.size();) {
    const size_t end = std::min(value.find(',', begin), value.size());
    texts.push_back(value.substr(begin, end - begin));
    begin = end + 1;
  }
  return texts;
}

class BatchReader {
 public:
  BatchReader(const std::vector<JobKind>& kinds, const std::vector<std::string>& settings, Problems& problems)
      : kinds_(kinds), problems_(problems) {
    for (const auto& text : settings) settings_.push_back(parse_setting(text));
    const fs::path file = problems.file();
    batch_.output = (file.parent_path() / "out" / file.stem()).lexically_normal().string();
  }

  BatchConfig read(const YAML::Node& root) {
    if (!root.IsMap()) {
      if (problems_.count() == 0)
        problems_.add(place_of(root.Mark()), "", "got " + shape_of(root) + ", expected a map with `jobs`");
    } else if (!root["jobs"] && root["task"]) {
      read_single(root);
    } else {
      read_many(root);
    }
    refuse_unused_settings();
    return std::move(batch_);
  }

 private:
  void read_single(const YAML::Node& root) {
    const std::string name = as_name(fs::path(problems_.file()).stem().string());
    add_jobs(root, "", name.empty() ? "job" : name, {"version", "task"});
    if (batch_.jobs.empty()) return;
    // The summary stands beside what the job writes.
    if (const auto* output = find_field(batch_.jobs[0].options.tree, "output"))
      batch_.output = output->get()[0];
  }

  void read_many(const YAML::Node& root) {
    OptionGroup head;
    int64_t version = 1;
    OptionTreeBuilder builder(head);
    builder.field("version", version, "of this format", between(1, 1));
    builder.field("output", batch_.output, "folder", path_field);
    OptionReader(problems_).read(root, "", {{&head}, {"defaults", "matrix", "jobs"}}, UnknownKeys::kRefuse);
    if (const auto defaults = value_of(root, "defaults")) {
      if (defaults->IsMap())
        defaults_.emplace(*defaults);
      else
        problems_.add(place_of(defaults->Mark()), "defaults",
                      "got " + shape_of(*defaults) + ", expected a map of keys");
    }
    if (const auto matrix = value_of(root, "matrix")) file_axes_ = read_matrix(*matrix, "matrix", problems_);
    read_jobs(value_of(root, "jobs"), place_of(root.Mark()));
    if (defaults_) refuse_unused(*defaults_, "");
    for (const auto& axis : file_axes_)
      if (!used_axes_.contains(axis.key))
        problems_.add(place_of(axis.mark), axis.shown, "no job knows this key" + suggestion_for(axis.key));
    refuse_equal_names();
  }

  void read_jobs(const std::optional<YAML::Node>& jobs, Place root) {
    if (!jobs) return problems_.add(root, "jobs", "missing, expected a list of jobs");
    if (!jobs->IsSequence() || jobs->size() == 0)
      return problems_.add(
          place_of(jobs->Mark()), "jobs",
          "got " + (jobs->IsSequence() ? "an empty list" : shape_of(*jobs)) + ", expected a list of jobs");
    for (size_t i = 0; i < jobs->size(); ++i) {
      const YAML::Node entry = (*jobs)[i];
      const std::string key = "jobs[" + std::to_string(i) + "]";
      if (entry.IsMap())
        add_jobs(entry, key + ".", "", {"name", "task", "matrix"});
      else
        problems_.add(place_of(entry.Mark()), key, "got " + shape_of(entry) + ", expected a map of keys");
    }
  }

  /// The jobs that one entry expands into. `name`: where the entry must not have one.
  void add_jobs(const YAML::Node& entry, const std::string& key, std::string name,
                const std::set<std::string>& head_keys) {
    if (name.empty()) name = read_name(entry, key);
    const JobKind* kind = read_task(entry, key);
    if (kind == nullptr) return;
    const OwnedOptions probe = kind->make();
    std::vector<MatrixAxis> axes;
    if (const auto matrix = value_of(entry, "matrix")) axes = read_matrix(*matrix, key + "matrix", problems_);
    for (const auto& axis : axes)
      if (!has_key(probe.tree, axis.key))
        problems_.add(place_of(axis.mark), axis.shown, "unknown key" + suggestion_in(probe, axis.key));
    for (const auto& axis : file_axes_) {
      if (!has_key(probe.tree, axis.key)) continue;
      used_axes_.insert(axis.key);
      const bool own =
          std::any_of(axes.begin(), axes.end(), [&](const MatrixAxis& a) { return a.key == axis.key; });
      if (!own) axes.push_back(axis);
    }
    std::erase_if(axes, [&](const MatrixAxis& axis) { return !has_key(probe.tree, axis.key); });
    std::map<std::string, int> count;
    for (const auto& combination : combinations(axes, problems_)) {
      std::string unique = name + name_suffix(combination);
      const int number = ++count[unique];
      if (number > 1) unique += "-" + std::to_string(number);
      add_job(entry, key, unique, *kind, combination, head_keys);
    }
  }

  void add_job(const YAML::Node& entry, const std::string& key, const std::string& name, const JobKind& kind,
               const std::vector<MatrixValue>& combination, const std::set<std::string>& head_keys) {
    const size_t problems_before = problems_.count();
    JobConfig& job = batch_.jobs.emplace_back();
    job.name = name;
    job.task = kind.task;
    job.key = key;
    job.place = place_of(entry.Mark());
    job.options = kind.make();
    OptionGroup& tree = job.options.tree;
    OptionReader reader(problems_);
    if (defaults_) {
      reader.read(*defaults_, "defaults.", {{&tree}, {"task"}}, UnknownKeys::kPass);
      used_defaults_.insert(reader.recognised().begin(), reader.recognised().end());
    }
    reader.read(entry, key, {{&tree}, head_keys}, UnknownKeys::kRefuse);
    for (const MatrixValue& value : combination)
      reader.read_value(
          value.node(), value.axis->mark, tree, value.axis->key,
          value.axis->shown.substr(0, value.axis->shown.size() - value.axis->key.size()) + value.axis->key);
    apply_settings(tree);
    set_output(tree, name);
    require_fields(tree, job.place, key, problems_);
    job.places = reader.places();
    job.sound = problems_.count() == problems_before;
  }

  std::string read_name(const YAML::Node& entry, const std::string& key) {
    const auto node = value_of(entry, "name");
    const Place place = place_of(node ? node->Mark() : entry.Mark());
    if (!node || !node->IsScalar()) {
      problems_.add(
          place, key + "name",
          (node ? "got " + shape_of(*node) : "missing") + ", expected a name that no other job has");
      return "job";
    }
    std::string name = node->Scalar();
    if (name.empty() || name[0] == '.' || as_name(name) != name)
      problems_.add(place, key + "name",
                    "got '" + name + "', expected letters, digits and single . _ - between them");
    return name;
  }

  const JobKind* read_task(const YAML::Node& entry, const std::string& key) {
    const auto own = value_of(entry, "task");
    const auto node = own || !defaults_ ? own : value_of(*defaults_, "task");
    const auto tasks = tasks_of(kinds_);
    const Place place = place_of(node ? node->Mark() : entry.Mark());
    if (!node) {
      problems_.add(place, key + "task", "missing, expected one of " + join(tasks));
      return nullptr;
    }
    const std::string task = node->IsScalar() ? node->Scalar() : "";
    for (const auto& kind : kinds_)
      if (kind.task == task) return &kind;
    problems_.add(place, key + "task",
                  "got " + shape_of(*node) + ", expected one of " + join(tasks) + did_you_mean(task, tasks));
    return nullptr;
  }

  void set_output(OptionGroup& tree, const std::string& name) const {
    OptionField* output = find_field(tree, "output");
    if (output == nullptr || !output->get()[0].empty()) return;
    const std::vector<std::string> folder = {(fs::path(batch_.output) / name).string()};
    output->set(folder);
  }

  void apply_settings(OptionGroup& tree) {
    for (Setting& setting : settings_) {
      OptionField* field = find_field(tree, setting.key);
      if (field == nullptr || field->has(FieldTrait::kFlagOnly)) continue;
      setting.used = true;
      if (const auto problem = field->set(texts_of(*field, setting.value)))
        throw Error(ErrorKind::kUsage, {.what = "--set " + setting.key + ": wrong value" + problem->hint,
                                        .got = problem->got,
                                        .expected = problem->expected,
                                        .fix = "write a value that fits"});
    }
  }

  void refuse_unused_settings() const {
    for (const Setting& setting : settings_)
      if (!setting.used && problems_.count() == 0)
        throw Error(ErrorKind::kUsage,
                    {.what = "--set " + setting.key + ": no job knows this key" + suggestion_for(setting.key),
                     .fix = "qtool ptq --print-config shows the keys of a job"});
  }

  /// Keys of `defaults` that no job has.
  void refuse_unused(const YAML::Node& map, const std::string& path) {
    for (const auto& entry : map) {
      if (!entry.first.IsScalar()) continue;
      const std::string key = path + entry.first.Scalar();
      const Place place = place_of(entry.first.Mark());
      if (!used_defaults_.contains(place) && !batch_.jobs.empty())
        problems_.add(place, "defaults." + key, "no job knows this key" + suggestion_for(key));
      else if (entry.second.IsMap())
        refuse_unused(entry.second, key + ".");
    }
  }

  [[nodiscard]] std::string suggestion_in(const OwnedOptions& options, const std::string& key) const {
    OptionGroup tree = options.tree;
    const size_t dot = key.rfind('.');
    const std::string path = dot == std::string::npos ? "" : key.substr(0, dot + 1);
    OptionGroup* here = &tree;
    for (auto& group : tree.groups)
      if (group.key + "." == path) here = &group;
    return suggestion(key.substr(path.size()), path, {{here}, {}}, {{&tree}, {}});
  }

  /// Of the first job's kind that has something near; else of the first kind.
  [[nodiscard]] std::string suggestion_for(const std::string& key) const {
    std::string first;
    for (const auto& job : batch_.jobs) {
      std::string text = suggestion_in(job.options, key);
      if (text.starts_with(",")) return text;
      if (first.empty()) first = text;
    }
    return first;
  }

  void refuse_equal_names() {
    std::map<std::string, Place> first;
    for (const auto& job : batch_.jobs) {
      const auto [entry, is_new] = first.emplace(job.name, job.place);
      if (!is_new)
        problems_.add(job.place, job.key + "name",
                      "'" + job.name + "' is the name of the job in line " +
                          std::to_string(entry->second.line) + ", expected another one");
    }
  }

  const std::vector<JobKind>& kinds_;
  Problems& problems_;
  std::vector<Setting> settings_ = {};
  BatchConfig batch_ = {};
  std::optional<YAML::Node> defaults_ = {};
  std::vector<MatrixAxis> file_axes_ = {};
  std::set<std::string> used_axes_ = {};
  std::set<Place> used_defaults_ = {};
};

}  // namespace

Place JobConfig::place_of(const std::string& path) const {
  const auto found = places.find(path);
  return found == places.end() ? place : found->second;
}

BatchConfig read_batch(const std::string& text, const std::vector<JobKind>& kinds,
                       const std::vector<std::string>& settings, Problems& problems) {
  return BatchReader(kinds, settings, problems).read(parse_yaml(text, problems));
}

}  // namespace qtool
