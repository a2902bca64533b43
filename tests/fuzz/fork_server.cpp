/// fork_server: runs the program for each line that stdin gives, in a child of its own: LibTorch, which takes longer to
/// start than most runs last, is started once.
///
/// A line holds, between tabs, the folder to run in, seconds, and the arguments of qtool. Its output goes to `stdout`
/// and `stderr` in the folder. The answer is a line `STATUS KILOBYTES MILLISECONDS` for each: wait status, most memory,
/// time. Argument 1 of the server is such a line, which is run by the server itself first, so that children find
/// LibTorch's tables filled.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <spdlog/spdlog.h>

#include "process.h"
#include "program.h"

namespace {

constexpr rlim_t kMostData = rlim_t(4) << 30;

struct Request {
  std::string folder;
  unsigned seconds = 0;
  std::vector<std::string> arguments;
};

Request parse(const std::string& line) {
  std::istringstream parts(line);
  Request request;
  std::string part;
  std::getline(parts, request.folder, '\t');
  std::getline(parts, part, '\t');
  request.seconds = unsigned(std::stoul(part));
  request.arguments = {"qtool"};
  while (std::getline(parts, part, '\t')) request.arguments.push_back(part);
  return request;
}

int run(Request& request) {
  std::vector<char*> argv;
  for (std::string& argument : request.arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  return qtool::run_program(int(request.arguments.size()), argv.data());
}

void must(bool done, const char* what) {
  if (done) return;
  std::perror(what);
  std::_Exit(99);
}

void redirect(const char* file, int descriptor) {
  const int opened = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  must(opened >= 0 && dup2(opened, descriptor) >= 0 && close(opened) == 0, file);
}

/// What RLIMIT_DATA counts; of it the sanitizer has reserved terabytes.
rlim_t data_bytes() {
  std::ifstream file("/proc/self/statm");
  rlim_t pages = 0;
  for (int column = 0; column < 6; ++column) file >> pages;
  return pages * rlim_t(sysconf(_SC_PAGESIZE));
}

[[noreturn]] void run_in_child(Request& request) {
  must(chdir(request.folder.c_str()) == 0, "chdir");
  const int null = open("/dev/null", O_RDONLY);
  must(null >= 0 && dup2(null, STDIN_FILENO) >= 0, "/dev/null");
  redirect("stdout", STDOUT_FILENO);
  redirect("stderr", STDERR_FILENO);
  const rlimit cpu{request.seconds, request.seconds};  // SIGXCPU where it hangs at work
  const rlim_t most = data_bytes() + kMostData;        // for the machine's sake: judge.py has the limit
  const rlimit memory{most, most};
  must(setrlimit(RLIMIT_CPU, &cpu) == 0 && setrlimit(RLIMIT_DATA, &memory) == 0, "setrlimit");
  alarm(10 * request.seconds);  // SIGALRM where it hangs asleep
  const int code = run(request);
  std::fflush(nullptr);
  std::_Exit(code);
}

std::string outcome(Request& request) {
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = fork();
  must(child >= 0, "fork");
  if (child == 0) run_in_child(request);
  int status = 0;
  rusage used{};
  must(wait4(child, &status, 0, &used) == child, "wait4");
  const auto time = std::chrono::steady_clock::now() - start;
  return std::to_string(status) + " " + std::to_string(used.ru_maxrss) + " " +
         std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

}  // namespace

int main(int argc, char** argv) {
  qtool::set_up_process();
  if (argc == 2) {
    Request first = parse(argv[1]);
    must(chdir(first.folder.c_str()) == 0, "chdir");
    if (run(first) != 0) return 1;
    spdlog::drop_all();
    // Another one would not be there in the children, which would wait for it.
    must(std::distance(std::filesystem::directory_iterator("/proc/self/task"), {}) == 1,
         "more than one thread");
  }
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    Request request = parse(line);
    std::cout << outcome(request) << std::endl;
  }
  std::_Exit(0);  // as the program does: LibTorch is not taken down
}
