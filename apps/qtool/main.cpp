#include <cstdio>
#include <cstdlib>

#include "process.h"
#include "program.h"

int main(int argc, char** argv) {
  qtool::set_up_process();
  const int code = qtool::run_program(argc, argv);
  // LibTorch needs 80 ms to take its operator registry down; all of ours is written by now.
  std::fflush(nullptr);
  std::_Exit(code);
}
