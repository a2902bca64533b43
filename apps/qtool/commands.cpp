#include <algorithm>

#include "command.h"

namespace qtool {

OptionGroup common_tree(const Command& command, CommonOptions& common) {
  OptionGroup tree = option_tree(common);
  const auto& keys = command.common;
  if (!keys.empty())
    std::erase_if(tree.fields, [&](const OptionField& field) {
      return std::find(keys.begin(), keys.end(), field.key) == keys.end();
    });
  return tree;
}

std::vector<Command> all_commands() {
  return {ptq_command(),   qat_command(),    tune_command(),       train_command(),   eval_command(),
          bench_command(), verify_command(), inspect_command(),    compare_command(), run_command(),
          init_command(),  schema_command(), completion_command(), man_command()};
}

}  // namespace qtool
