#pragma once

namespace qtool {

/// Runs the subcommand that argv names and returns its exit code (exit_code.h). What goes wrong is printed to stderr.
[[nodiscard]] int run_program(int argc, char** argv);

}  // namespace qtool
