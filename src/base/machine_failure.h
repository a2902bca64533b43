#pragma once
#include <exception>
#include <string_view>

#include "base/error.h"

namespace qtool {

/// Whether the machine ran out of memory, threads or address space. LibTorch, oneDNN, OpenMP, the C++ library and the
/// system each say it in their own way, and LibTorch's interpreter makes a text of all of them.
[[nodiscard]] bool is_machine_failure(const std::exception& error) noexcept;
/// The same from the text alone.
[[nodiscard]] bool says_machine_failed(std::string_view message) noexcept;

/// For a catch block that is about to blame the model, a file or the data: throws on what they are not to blame for,
/// which is each Error, and what is_machine_failure() as an Error(kMachine).
void rethrow_if_not_to_blame(const std::exception& error);

/// What to say of it.
[[nodiscard]] Complaint out_of_memory();

}  // namespace qtool
