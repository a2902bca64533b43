#include "base/machine_failure.h"

#include <algorithm>
#include <iterator>
#include <new>
#include <system_error>

namespace qtool {
namespace {

constexpr std::string_view kSigns[] = {
    "can't allocate memory",             // LibTorch's allocator for the CPU
    "not enough memory",                 // the same, of other versions
    "out of memory",                     // of a GPU
    "annot allocate memory",             // the system: ENOMEM
    "bad_alloc",                         // the C++ library
    "Resource temporarily unavailable",  // the system: no thread (EAGAIN)
    "could not create a primitive\n",  // oneDNN, whose code is made at run time; `... a primitive descriptor` is
    "could not create a memory object",  // another matter
    "could not initialize a memory",
};
/// Where nothing comes behind it.
constexpr std::string_view kPrimitive = "could not create a primitive";

bool is_of_system(const std::error_code& code) {
  return code.category() == std::generic_category() || code.category() == std::system_category();
}

}  // namespace

bool says_machine_failed(std::string_view message) noexcept {
  return message.ends_with(kPrimitive) ||
         std::any_of(std::begin(kSigns), std::end(kSigns),
                     [&](std::string_view sign) { return message.find(sign) != std::string_view::npos; });
}

bool is_machine_failure(const std::exception& error) noexcept {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return true;
  const auto* system = dynamic_cast<const std::system_error*>(&error);
  return (system != nullptr && is_of_system(system->code())) || says_machine_failed(error.what());
}

void rethrow_if_not_to_blame(const std::exception& error) {
  if (dynamic_cast<const Error*>(&error) != nullptr) throw;
  if (is_machine_failure(error)) throw Error(ErrorKind::kMachine, out_of_memory());
}

Complaint out_of_memory() {
  return {.what = "out of memory",
          .fix = "use a smaller batch size or fewer --threads, or a machine with more memory"};
}

}  // namespace qtool
