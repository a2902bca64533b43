#include "base/atomic_file.h"
#include "config/config.h"
#include "config/option_reader.h"

namespace qtool {
namespace {

void read_document(const YAML::Node& node, OptionGroup& tree, const std::string& task, Problems& problems) {
  if (node.IsNull()) return;
  if (!node.IsMap())
    return problems.add(place_of(node.Mark()), "", "got " + shape_of(node) + ", expected a map of keys");
  if (node["jobs"])
    return problems.add(place_of(node.Mark()), "jobs",
                        "a batch file, expected one job; 'qtool run " + problems.file() + "' runs it");
  OptionGroup head;
  int64_t version = 1;
  std::string file_task = task;
  OptionTreeBuilder builder(head);
  builder.field("version", version, "of this format", between(1, 1));
  builder.field("task", file_task, "the subcommand");
  OptionReader(problems).read(node, "", {.trees = {&head, &tree}}, UnknownKeys::kRefuse);
  if (file_task != task)
    problems.add(place_of(node["task"].Mark()), "task",
                 "got '" + file_task + "', but the command is 'qtool " + task + "'");
}

}  // namespace

void read_config_text(const std::string& text, const std::string& path, OptionGroup& tree,
                      const std::string& task) {
  Problems problems(path);
  read_document(parse_yaml(text, problems), tree, task, problems);
  problems.throw_if_any();
}

void read_config(const std::string& path, OptionGroup& tree, const std::string& task) {
  read_config_text(read_file(path), path, tree, task);
}

}  // namespace qtool
