#pragma once
#include <stdexcept>
#include <string>

namespace qtool {

/// What went wrong, as far as a script that called us needs to know. The value is the exit code (see README,
/// "Exit codes").
enum class ErrorKind {
  kUsage = 2,          ///< a flag, a config or an input file is wrong
  kUnquantizable = 3,  ///< the model is whole, but cannot be quantized as asked
  kMachine = 4,        ///< disk full, folder not writable, out of memory
  kInterrupted = 130,  ///< Ctrl-C or SIGTERM; what was finished is kept
};

/// The parts of a message for the person who reads it. Empty parts are left out; `what` and `fix` never
/// should be.
struct Complaint {
  std::string what = {};      ///< one sentence: what is wrong
  std::string where = {};     ///< file, line, key or site
  std::string got = {};       ///< what was found there
  std::string expected = {};  ///< what should be there
  std::string fix = {};       ///< what to do next
};

/// A mistake that a user can cause and mend. Bugs of our own are assertions (QTOOL_ASSERT), never this.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const Complaint& complaint);
  [[nodiscard]] ErrorKind kind() const { return kind_; }
  [[nodiscard]] const Complaint& complaint() const { return complaint_; }

 private:
  ErrorKind kind_;
  Complaint complaint_;
};

/// Several lines: `what`, then one indented line for each part that is given. Control characters are shown as
/// \xNN.
[[nodiscard]] std::string to_string(const Complaint& complaint);

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace qtool

/// A bug of qtool's own: prints where, and aborts.
#define QTOOL_ASSERT(condition) \
  ((condition) ? void(0) : ::qtool::assertion_failed(#condition, __FILE__, __LINE__))
