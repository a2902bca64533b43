#include "command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <deque>

#include "base/limits.h"
#include "config/config.h"
#include "flags.h"
#include "help.h"
#include "version.h"

namespace qtool {
namespace {

constexpr const char* kHelpHint = "qtool --help, or qtool SUBCOMMAND --help, shows what is expected";

[[noreturn]] void usage_error(const std::string& what, const std::string& fix) {
  throw Error(ErrorKind::kUsage, {.what = what, .fix = fix});
}

/// What CLI11 could not place: a mistyped flag or subcommand, or one file too many.
void refuse_leftovers(const std::vector<std::string>& leftovers, const std::vector<std::string>& known,
                      const std::string& kind, const std::string& help_command) {
  if (leftovers.empty()) return;
  const auto is_flag = [](const std::string& word) { return word.size() > 1 && word[0] == '-'; };
  const auto flag = std::find_if(leftovers.begin(), leftovers.end(), is_flag);
  std::string word = flag == leftovers.end() ? leftovers.front() : *flag;
  word = word.substr(0, word.find('='));
  const std::string what = flag == leftovers.end() ? kind : "unknown flag";
  usage_error(what + " '" + word + "'" + did_you_mean(word, known), help_command + " lists what there is");
}

void require_values(const OptionGroup& group, const std::string& command) {
  for (const auto& field : group.fields) {
    const auto texts = field.get();
    if (!field.has(FieldTrait::kRequired) || (!texts.empty() && !texts[0].empty())) continue;
    const std::string name = flag_title(field);
    throw Error(ErrorKind::kUsage, {.what = name + " is missing",
                                    .expected = field.help,
                                    .fix = "qtool " + command + " --help shows an example"});
  }
  for (const auto& child : group.groups) require_values(child, command);
}

/// --recipe FILE: the file has the keys of the group that the flag belongs to.
void read_recipe(OptionGroup& tree, const std::string& command) {
  for (auto& group : tree.groups)
    for (const auto& field : group.fields)
      if (field.key == "recipe" && !field.get()[0].empty()) read_config(field.get()[0], group, command);
}

/// CLI11's parser for all commands.
class Parser {
 public:
  Parser(std::vector<Command>& commands, CommonOptions& common) : commands_(commands) {
    app_.set_help_flag("-h,--help");
    app_.add_flag("--version");
    app_.allow_extras();
    app_.require_subcommand(0, 1);
    for (auto& command : commands_) {
      CLI::App* app = app_.add_subcommand(command.name);
      app->set_help_flag("-h,--help");
      app->allow_extras();
      OptionGroup& tree = trees_.emplace_back(command.options);
      merge(tree, common_tree(command, common));
      apps_.push_back(app);
    }
    for (size_t i = 0; i < apps_.size(); ++i) flags_.emplace_back(*apps_[i], trees_[i]);
  }

  CommandLine parse(int argc, const char* const* argv, CommonOptions& common) {
    const bool help = parse_words(argc, argv);
    const std::vector<std::string> names = command_names();
    refuse_leftovers(app_.remaining(), names, "unknown subcommand", "qtool --help");
    const auto chosen = std::find_if(apps_.begin(), apps_.end(), [](CLI::App* app) { return app->parsed(); });
    if (help && chosen == apps_.end()) return {.print = help_text(commands_)};
    if (app_.get_option("--version")->count() > 0) return {.print = version_text()};
    if (chosen == apps_.end())
      usage_error("no subcommand", "qtool --help; the subcommands are " + join(names));
    const size_t i = static_cast<size_t>(chosen - apps_.begin());
    if (help) return {.print = help_text(commands_[i])};
    return finish(i, common);
  }

 private:
  /// True where help was asked for.
  bool parse_words(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
      return true;
    } catch (const CLI::ArgumentMismatch& error) {
      const std::string text = error.what();
      usage_error(text.substr(0, text.find(':')) + " needs a value", kHelpHint);
    } catch (const CLI::ParseError& error) {
      usage_error(error.what(), kHelpHint);
    }
    return false;
  }

  [[nodiscard]] std::vector<std::string> command_names() const {
    std::vector<std::string> names;
    for (const auto& command : commands_) names.push_back(command.name);
    return names;
  }

  CommandLine finish(size_t i, CommonOptions& common) {
    const Command& command = commands_[i];
    refuse_leftovers(apps_[i]->remaining(), flags_[i].names(), "unexpected argument",
                     "qtool " + command.name + " --help");
    flags_[i].apply();
    if (!common.limits) lift_limits();
    if (!common.config.empty()) read_config(common.config, trees_[i], command.name);
    read_recipe(trees_[i], command.name);
    flags_[i].apply();  // flags win
    common.setting_origins = origins_of(trees_[i]);
    CommandLine line{.command = &command, .resolved_config = print_config(trees_[i], command.name)};
    if (common.print_config)
      line.print = line.resolved_config;
    else
      require_values(trees_[i], command.name);
    return line;
  }

  std::vector<Command>& commands_;
  CLI::App app_;
  std::vector<CLI::App*> apps_;
  std::deque<OptionGroup> trees_;  // flags_ point into them
  std::vector<Flags> flags_;
};

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv, std::vector<Command>& commands,
                               CommonOptions& common) {
  return Parser(commands, common).parse(argc, argv, common);
}

}  // namespace qtool
