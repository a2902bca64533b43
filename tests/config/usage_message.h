#pragma once
#include <string>

#include "base/error.h"
#include "catch.h"

namespace qtool {

/// What the usage error of `action` says, but for what to do; "no error" where there is none.
template <class Action>
std::string usage_message(Action action) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kUsage);
    const std::string text = error.what();
    return text.substr(0, text.find("\n  do: "));
  }
  return "no error";
}

}  // namespace qtool
