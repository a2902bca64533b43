#include "man_page.h"

#include <algorithm>

#include "base/version.h"
#include "exit_code.h"
#include "help.h"

namespace qtool {
namespace {

/// Text as groff prints it: `-` is typed as it stands, and no line begins with a dot or a quote.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

std::string section(const std::string& title) { return ".SH " + title + "\n"; }

std::string tagged(const std::string& tag, const std::string& text) {
  return ".TP\n.B " + roff(tag) + "\n" + roff(text) + "\n";
}

std::string command_text(const Command& command) {
  std::string summary = command.summary;
  summary[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(summary[0])));
  std::string text = ".SS qtool " + roff(command.name) + "\n" + roff(summary) + ".\n.PP\n.B " +
                     roff(usage_text(command)) + "\n";
  for (const auto& topic : help_topics(command)) {
    text += ".PP\n.I " + roff(topic.title) + "\n";
    for (const auto& [flag, help] : topic.rows) text += tagged(flag, help);
  }
  return text + ".PP\n.I example\n.PP\n.nf\n.RS\n" + roff(command.example) + "\n.RE\n.fi\n";
}

}  // namespace

std::string man_page(const std::vector<Command>& commands) {
  std::string text =
      ".TH QTOOL 1 \"\" \"qtool " + qtool_version() + "\" \"User Commands\"\n" + section("NAME") +
      "qtool \\- quantizes TorchScript models\n" + section("SYNOPSIS") +
      ".B qtool\n.I SUBCOMMAND\n[\\fIflags\\fR]\n" + section("DESCRIPTION") +
      "A float TorchScript model goes in; an int8 model that is smaller and faster comes out, checked by "
      "loading it\nback and running it, with a report that says what it cost and which layer is to blame.\n"
      ".PP\nEvery flag but those of the program itself has a YAML key of the same meaning, for\n"
      ".BR \\-\\-config ,\nand for the jobs of\n.BR \"qtool run\" ;\nflags win over YAML, YAML over the "
      "built\\-in values.\nLogs go to standard error, results to standard output.\n" +
      section("SUBCOMMANDS");
  for (const auto& command : commands) text += command_text(command);
  text += section("EXIT STATUS");
  for (const auto& [code, meaning] : kExitCodes) text += tagged(code, meaning);
  text += section("ENVIRONMENT") + tagged("NO_COLOR", "no colours, where it is set and not empty");
  return text;
}

}  // namespace qtool
