#include "completion_scripts.h"

#include "base/names.h"

namespace qtool {
namespace {

enum class Takes { kNothing, kName, kNameOrFile, kFile, kText };

/// One flag, or one argument without a flag.
struct Completed {
  std::string flag = {};  ///< without dashes; empty: an argument
  char letter = 0;
  std::string help = {};
  Takes takes = Takes::kNothing;
  std::vector<std::string> choices = {};
};

Takes takes_of(const OptionField& field) {
  if (field.type == ValueType::kBool) return Takes::kNothing;
  if (!field.choices.empty()) return field.has(FieldTrait::kPath) ? Takes::kNameOrFile : Takes::kName;
  return field.has(FieldTrait::kPath) || field.has(FieldTrait::kSpec) ? Takes::kFile : Takes::kText;
}

void collect(const OptionGroup& group, std::vector<Completed>& all) {
  for (const auto& field : group.fields) {
    if (field.has(FieldTrait::kPositional)) {
      all.push_back({"", 0, field.help, takes_of(field), field.choices});
      continue;
    }
    if (field.flag.empty()) continue;
    all.push_back({field.flag, field.letter, field.help, takes_of(field), field.choices});
    if (field.type == ValueType::kBool && field.get()[0] == "true")
      all.push_back({"no-" + field.flag, 0, "not: " + field.help});
    if (*field.shorthand.flag != 0)
      all.push_back({field.shorthand.flag, 0, "the same as --" + field.flag + " " + field.shorthand.value});
  }
  for (const auto& child : group.groups) collect(child, all);
}

std::vector<Completed> completed(const Command& command) {
  CommonOptions common;
  std::vector<Completed> all;
  collect(command.options, all);
  collect(common_tree(command, common), all);
  all.push_back({"help", 'h', "this subcommand's flags"});
  return all;
}

std::vector<std::string> names_of_commands(const std::vector<Command>& commands) {
  std::vector<std::string> names;
  for (const auto& command : commands) names.push_back(command.name);
  return names;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

/// Between single quotes, in a POSIX shell and zsh.
std::string quoted(const std::string& text) { return "'" + replaced(text, "'", "'\\''") + "'"; }

/// `"ptq --calibrator"`, and the short form, as patterns of a case.
std::string bash_patterns(const std::string& command, const Completed& entry) {
  std::string text = "\"" + command + " --" + entry.flag + "\"";
  if (entry.letter != 0) text += " | \"" + command + " -" + entry.letter + "\"";
  return text;
}

struct BashCases {
  std::string values = {};  ///< by subcommand and the flag before the cursor
  std::string flags = {};   ///< by subcommand
};

void add_bash(const Command& command, BashCases& cases) {
  std::string flags, arguments;
  for (const auto& entry : completed(command)) {
    if (entry.flag.empty()) {
      if (entry.takes == Takes::kName) arguments = join(entry.choices, " ");
      continue;
    }
    flags += (flags.empty() ? "--" : " --") + entry.flag;
    if (entry.takes == Takes::kNothing) continue;
    cases.values += "    " + bash_patterns(command.name, entry) + ") ";
    if (!entry.choices.empty()) cases.values += "words=\"" + join(entry.choices, " ") + "\"; ";
    cases.values += entry.takes == Takes::kFile || entry.takes == Takes::kNameOrFile ? "files=1" : ":";
    cases.values += " ;;\n";
  }
  cases.flags += "    " + command.name + ") flags=\"" + flags + "\" arguments=\"" + arguments + "\" ;;\n";
}

/// In `_arguments` of zsh, colons and brackets have a meaning.
std::string zsh_text(const std::string& text) {
  return replaced(replaced(replaced(text, ":", "\\:"), "[", "\\["), "]", "\\]");
}

std::string zsh_action(const Completed& entry) {
  switch (entry.takes) {
    case Takes::kNothing:
      return "";
    case Takes::kName:
    case Takes::kNameOrFile:
      return ":name:(" + join(entry.choices, " ") + ")";
    case Takes::kFile:
      return ":file:_files";
    case Takes::kText:
      return ":value:";
  }
  return "";
}

std::string zsh_specs(const Command& command) {
  std::string text;
  const auto add = [&](const std::string& spec) { text += " \\\n        " + quoted(spec); };
  for (const auto& entry : completed(command)) {
    const std::string help = "[" + zsh_text(entry.help) + "]" + zsh_action(entry);
    if (entry.flag.empty())
      add("*" + zsh_action(entry));
    else
      add("*--" + entry.flag + help);
    if (entry.letter != 0) add(std::string("*-") + entry.letter + help);
  }
  return text;
}

std::string fish_line(const std::string& command, const Completed& entry) {
  std::string text = "complete -c qtool -n '__fish_seen_subcommand_from " + command + "'";
  if (!entry.flag.empty()) text += " -l " + entry.flag;
  if (entry.letter != 0) text += std::string(" -s ") + entry.letter;
  if (entry.takes == Takes::kName) text += " -x -a '" + join(entry.choices, " ") + "'";
  if (entry.takes == Takes::kNameOrFile) text += " -r -F -a '" + join(entry.choices, " ") + "'";
  if (entry.takes == Takes::kFile) text += entry.flag.empty() ? " -F" : " -r -F";
  if (entry.takes == Takes::kText) text += " -x";
  const std::string help = replaced(replaced(entry.help, "\\", "\\\\"), "'", "\\'");
  return text + (entry.flag.empty() ? "" : " -d '" + help + "'") + "\n";
}

}  // namespace

std::string bash_completion(const std::vector<Command>& commands) {
  BashCases cases;
  for (const auto& command : commands) add_bash(command, cases);
  return "# bash completion of qtool: source it, or put it into "
         "~/.local/share/bash-completion/completions/qtool\n"
         "_qtool() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} "
         "command=${COMP_WORDS[1]}\n"
         "  local words='' flags='' arguments='' files=\n"
         "  COMPREPLY=()\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    COMPREPLY=($(compgen -W \"" +
         join(names_of_commands(commands), " ") +
         " --help --version\" -- \"$current\"))\n"
         "    return\n"
         "  fi\n"
         "  case $command in\n" +
         cases.flags +
         "  esac\n"
         "  case \"$command $previous\" in\n" +
         cases.values +
         "    *)\n"
         "      if [[ $current == -* ]]; then words=$flags\n"
         "      elif [ -n \"$arguments\" ]; then words=$arguments\n"
         "      else files=1; fi ;;\n"
         "  esac\n"
         "  if [ -n \"$files\" ]; then\n"
         "    compopt -o filenames 2> /dev/null\n"
         "    COMPREPLY=($(compgen -f -W \"$words\" -- \"$current\"))\n"
         "  else\n"
         "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "  fi\n"
         "}\n"
         "complete -F _qtool qtool\n";
}

std::string zsh_completion(const std::vector<Command>& commands) {
  std::string list, cases;
  for (const auto& command : commands) {
    list += "    " + quoted(zsh_text(command.name) + ":" + command.summary) + "\n";
    cases += "    " + command.name + ")\n      _arguments" + zsh_specs(command) + " ;;\n";
  }
  return "#compdef qtool\n"
         "# zsh completion of qtool: put it as _qtool into a folder of $fpath, or source it after compinit\n"
         "_qtool() {\n"
         "  local -a commands=(\n" +
         list +
         "  )\n"
         "  if ((CURRENT == 2)); then\n"
         "    _describe subcommand commands\n"
         "    return\n"
         "  fi\n"
         "  local command=$words[2]\n"
         "  shift words\n"
         "  ((CURRENT--))\n"
         "  case $command in\n" +
         cases +
         "  esac\n"
         "}\n"
         "if [ \"$funcstack[1]\" = _qtool ]; then _qtool \"$@\"; else compdef _qtool qtool; fi\n";
}

std::string fish_completion(const std::vector<Command>& commands) {
  std::string text =
      "# fish completion of qtool: put it into ~/.config/fish/completions/qtool.fish\n"
      "complete -c qtool -f\n";
  for (const auto& command : commands)
    text += "complete -c qtool -n __fish_use_subcommand -a " + command.name + " -d '" +
            replaced(command.summary, "'", "\\'") + "'\n";
  for (const auto& command : commands)
    for (const auto& entry : completed(command)) text += fish_line(command.name, entry);
  return text;
}

}  // namespace qtool
