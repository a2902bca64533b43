#include "base/child_process.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "base/atomic_file.h"
#include "catch.h"

using namespace qtool;

namespace {

const std::string kOut = (std::filesystem::temp_directory_path() / "qtool_child_process_test").string();

ChildProcess shell(const std::string& line, ErrorStream stream = ErrorStream::kPipe) {
  return {{"/bin/sh", "-c", line}, kOut, stream};
}

template <class Done>
void wait_until(const Done& done) {
  for (int tries = 0; tries < 1000 && !done(); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

int code_of(ChildProcess& child) {
  wait_until([&] { return child.exit_code().has_value(); });
  return child.exit_code().value_or(-1);
}

}  // namespace

TEST_CASE("a child's output goes to the file, its errors to us, its exit code too") {
  auto child = shell("echo told; echo wrong >&2; exit 7");
  CHECK(code_of(child) == 7);
  CHECK(child.read_stderr() == "wrong\n");
  CHECK(child.read_stderr().empty());
  CHECK(read_file(kOut) == "told\n");
}

TEST_CASE("a program that cannot be run ends with 127") {
  ChildProcess child({"/nowhere/program"}, kOut, ErrorStream::kPipe);
  CHECK(code_of(child) == 127);
}

TEST_CASE("an interrupted child has the signal in its code") {
  auto child = shell("echo here >&2; exec sleep 60");
  wait_until([&] { return !child.read_stderr().empty(); });
  CHECK_FALSE(child.exit_code());
  child.interrupt();
  CHECK(code_of(child) == 128 + SIGINT);
}

TEST_CASE("errors come as on a terminal where that is asked for") {
  auto child = shell("test -t 2", ErrorStream::kTerminal);
  CHECK(code_of(child) == 0);
  auto plain = shell("test -t 2");
  CHECK(code_of(plain) == 1);
}

TEST_CASE("what runs still is killed with its children when it is left") {
  std::string grandchild;
  {
    auto child = shell("sleep 60 & echo $! >&2; wait");
    wait_until([&] { return !(grandchild += child.read_stderr()).empty() && grandchild.back() == '\n'; });
  }
  const auto pid = static_cast<pid_t>(std::stol(grandchild));
  wait_until([&] { return kill(pid, 0) != 0; });
  const bool is_gone = kill(pid, 0) != 0;
  const auto state = is_gone ? "" : read_file("/proc/" + std::to_string(pid) + "/stat");
  CHECK((is_gone || state.find(") Z ") != std::string::npos));  // dead, if nobody has asked for its code
  std::filesystem::remove(kOut);
}
