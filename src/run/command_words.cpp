#include "run/command_words.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "base/error.h"

namespace qtool {
namespace {

/// A file: that a folder may be entered is the same right.
bool is_program(const std::string& path) {
  std::error_code code;
  return std::filesystem::is_regular_file(path, code) && access(path.c_str(), X_OK) == 0;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n'; }

/// Takes words from the front of a text.
class Splitter {
 public:
  explicit Splitter(const std::string& text) : text_(text) {}

  std::vector<std::string> run() {
    std::vector<std::string> words;
    while (skip_space()) words.push_back(word());
    return words;
  }

 private:
  /// False at the end.
  bool skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    return at_ < text_.size();
  }

  std::string word() {
    std::string word;
    while (at_ < text_.size() && !is_space(text_[at_])) {
      const char c = text_[at_++];
      if (c == '\'' || c == '"')
        word += quoted(c);
      else if (c == '\\' && at_ < text_.size())
        word += text_[at_++];
      else
        word += c;
    }
    return word;
  }

  std::string quoted(char quote) {
    std::string text;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == quote) return ++at_, text;
      const bool escapes = quote == '"' && c == '\\' && at_ + 1 < text_.size() &&
                           (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\');
      text += escapes ? text_[++at_] : c;
    }
    throw Error(ErrorKind::kUsage, {.what = "a quote is not closed",
                                    .where = "--runner",
                                    .got = text_,
                                    .expected = std::string("another ") + quote,
                                    .fix = "close it, or write \\ before it"});
  }

  const std::string& text_;
  size_t at_ = 0;
};

}  // namespace

std::vector<std::string> words_of(const std::string& command) { return Splitter(command).run(); }

std::string program_of(const std::string& word) {
  if (word.find('/') != std::string::npos && is_program(word)) return word;
  const char* path = std::getenv("PATH");
  std::istringstream folders(path && word.find('/') == std::string::npos ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    auto program = (folder.empty() ? "." : folder) + "/" + word;
    if (is_program(program)) return program;
  }
  throw Error(ErrorKind::kUsage, {.what = "there is no such program",
                                  .where = "--runner",
                                  .got = word,
                                  .expected = "a program of PATH, or the path of one that may be run",
                                  .fix = "e.g. --runner 'python3 run.py {model} {inputs} {outputs}'"});
}

}  // namespace qtool
