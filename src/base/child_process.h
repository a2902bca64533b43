#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace qtool {

/// How a child's stderr comes to us.
enum class ErrorStream {
  kPipe,     ///< as into a file: plain lines
  kTerminal  ///< as on our own terminal: bars and colours
};

/// A program that runs beside this one, in a process group of its own, so that Ctrl-C reaches it once and through us.
/// It is killed when this process dies.
class ChildProcess {
 public:
  /// `words` is the program's path and its arguments; stdout goes to the file. Throws Error(kMachine) where that cannot
  /// be.
  ChildProcess(const std::vector<std::string>& words, const std::string& stdout_file, ErrorStream stream);
  ~ChildProcess();  ///< kills what still runs, and what that has started
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] int stderr_descriptor() const { return stderr_; }
  /// What it wrote to stderr since the last call; empty where there is nothing now.
  [[nodiscard]] std::string read_stderr();
  void interrupt() const;  ///< sends SIGINT
  /// Its exit code once it has ended; 128 + signal where it was killed.
  [[nodiscard]] std::optional<int> exit_code();

 private:
  pid_t pid_ = -1;
  int stderr_ = -1;
  std::optional<int> ended_ = {};
};

}  // namespace qtool
