#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "program.h"

using namespace qtool;

namespace {

/// What a program of bash prints to stdout and stderr.
std::string run_shell(const std::string& script) {
  const TemporaryFolder folder;
  put(folder / "script", script);
  const std::string command = "bash " + folder / "script" + " > " + folder / "out" + " 2>&1";
  static_cast<void>(std::system(command.c_str()));
  return get(folder / "out");
}

const std::vector<std::string> kCommands = {"ptq",    "qat",        "tune",    "train", "eval",
                                            "bench",  "verify",     "inspect", "run",   "init",
                                            "schema", "completion", "man"};

}  // namespace

TEST_CASE("completion in bash: subcommands, flags, names and files") {
  const std::string script = R"sh(
source <(")sh" QTOOL_PROGRAM R"sh(" completion bash)
complete_line() {  # of which the last word is being typed
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  _qtool 2> /dev/null
  echo "<${COMPREPLY[*]}>"
}
cd "$(mktemp -d)"
touch model.pt other.txt
complete_line qtool pt
complete_line qtool ptq --calibrator m
complete_line qtool ptq --calibr
complete_line qtool ptq mo
complete_line qtool ptq --data ot
complete_line qtool ptq --weight-bits ''
complete_line qtool ptq -o mo
complete_line qtool completion z
complete_line qtool run --j
complete_line qtool ptq --no-
rm -r "$PWD"
)sh";
  const std::string printed = run_shell(script);
  INFO(printed);
  CHECK(printed ==
        "<ptq>\n<minmax moving-average mse>\n<--calibrator>\n<model.pt>\n<other.txt>\n<>\n<model.pt>\n<zsh>\n"
        "<--job --jobs --json>\n<--no-report --no-limits>\n");
}

TEST_CASE("completion scripts of zsh and fish have each subcommand and name; shells_test.py runs them") {
  for (const char* shell : {"zsh", "fish"}) {
    const Run run = run_program(std::string("completion ") + shell);
    CHECK(run.code == 0);
    for (const auto& command : kCommands) CHECK_THAT(run.out, contains(command));
    CHECK_THAT(run.out, contains("minmax moving-average percentile mse entropy"));
  }
}

TEST_CASE("the manual page has each subcommand and flag, and groff has nothing against it") {
  const Run page = run_program("man");
  REQUIRE(page.code == 0);
  for (const auto& command : kCommands) CHECK_THAT(page.out, contains(".SS qtool " + command + "\n"));
  CHECK_THAT(page.out, contains("\\-\\-calibrator NAME"));
  CHECK_THAT(page.out, contains("[mse]"));
  CHECK(run_shell("command -v groff > /dev/null && \"" QTOOL_PROGRAM "\" man | groff -man -Tutf8 -ww -z")
            .empty());
}

TEST_CASE("each subcommand's help has an example of it") {
  for (const auto& command : kCommands) {
    const Run run = run_program(command + " --help");
    CHECK(run.code == 0);
    CHECK_THAT(run.out, contains("\nexample:\n  qtool " + command + " "));
  }
}

TEST_CASE("on a narrow terminal tables are cut to its width; NO_COLOR takes colours away") {
  const TemporaryFolder folder;
  put_lenet(folder / "lenet.pt");
  const auto on_terminal = [&](const std::string& width, const std::string& command) {
    return run_shell("script -qec 'stty cols " + width + "; \"" QTOOL_PROGRAM "\" " + command +
                     "' /dev/null");
  };
  const std::string narrow = on_terminal("50", "inspect " + folder / "lenet.pt" + " --quiet");
  INFO(narrow);
  CHECK_THAT(narrow, contains("…"));
  std::istringstream lines(narrow);
  int rows = 0;
  for (std::string line; std::getline(lines, line) && line.find_first_not_of(" \r\n") != std::string::npos;
       ++rows) {
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; };
    CHECK(line.size() - static_cast<size_t>(std::count_if(line.begin(), line.end(), continues)) <=
          51);  // and \r
  }
  CHECK(rows > 5);
  const std::string numbers = "bench " + folder / "lenet.pt" + " --shape 1x28x28 --rounds 1 --runs 1 --quiet";
  CHECK_THAT(on_terminal("200", numbers), !contains("  batch: ") && contains("lenet.pt  "));
  CHECK_THAT(on_terminal("30", numbers), contains("lenet.pt\r\n") && contains("  batch: ") && !contains("…"));
  CHECK_THAT(on_terminal("200", "inspect " + folder / "lenet.pt"), !contains("…"));
  CHECK_THAT(on_terminal("80", "inspect nowhere.pt"), contains("\033[31m"));
  CHECK_THAT(run_shell("NO_COLOR= script -qec '\"" QTOOL_PROGRAM "\" inspect nowhere.pt' /dev/null"),
             contains("\033[31m"));
  CHECK_THAT(run_shell("NO_COLOR=1 script -qec '\"" QTOOL_PROGRAM "\" inspect nowhere.pt' /dev/null"),
             !contains("\033[31m"));
}
