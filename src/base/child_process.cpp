#include "base/child_process.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/atomic_file.h"
#include "base/error.h"

namespace qtool {
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& where) {
  throw Error(ErrorKind::kMachine, {.what = what,
                                    .where = where,
                                    .got = std::strerror(errno),
                                    .fix = "run fewer jobs side by side, or close other programs"});
}

/// Our end and the child's end of a stream.
struct Ends {
  int ours = -1, theirs = -1;
};

Ends open_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail("cannot make a pipe", "pipe");
  return {ends[0], ends[1]};
}

/// A terminal as wide as ours, which passes bytes on as they are.
Ends open_terminal() {
  winsize size{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
  ioctl(STDERR_FILENO, TIOCGWINSZ, &size);
  Ends ends;
  if (openpty(&ends.ours, &ends.theirs, nullptr, nullptr, &size) != 0) return open_pipe();
  termios mode{};
  tcgetattr(ends.theirs, &mode);
  cfmakeraw(&mode);
  tcsetattr(ends.theirs, TCSANOW, &mode);
  for (const int descriptor : {ends.ours, ends.theirs}) fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  return ends;
}

/// Between fork and exec; only calls that are safe there.
[[noreturn]] void become(char* const* words, int out, int err, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // it died before the line above
  for (const int signal_number : {SIGINT, SIGTERM, SIGXFSZ}) signal(signal_number, SIG_DFL);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  execv(words[0], words);
  _exit(127);
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& words, const std::string& stdout_file,
                           ErrorStream stream) {
  const NewFile out(stdout_file);
  const Ends err = stream == ErrorStream::kTerminal ? open_terminal() : open_pipe();
  std::vector<char*> pointers;
  for (const auto& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) become(pointers.data(), out.descriptor(), err.theirs, parent);
  const int fork_error = errno;
  close(err.theirs);
  stderr_ = err.ours;
  if (pid_ < 0) {
    close(stderr_);
    errno = fork_error;
    fail("cannot start a job", words[0]);
  }
  setpgid(pid_, pid_);  // here too: whoever comes first
  fcntl(stderr_, F_SETFL, O_NONBLOCK);
}

ChildProcess::~ChildProcess() {
  close(stderr_);
  if (ended_) return;
  kill(-pid_, SIGKILL);  // its group: what it has started, too
  waitpid(pid_, nullptr, 0);
}

std::string ChildProcess::read_stderr() {
  std::string text;
  char buffer[4096];
  ssize_t count = 0;
  while ((count = read(stderr_, buffer, sizeof buffer)) > 0) text.append(buffer, static_cast<size_t>(count));
  return text;
}

void ChildProcess::interrupt() const {
  if (!ended_) kill(pid_, SIGINT);
}

std::optional<int> ChildProcess::exit_code() {
  int status = 0;
  if (!ended_ && waitpid(pid_, &status, WNOHANG) == pid_)
    ended_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ended_;
}

}  // namespace qtool
