#include "base/machine_failure.h"

#include <fstream>
#include <new>
#include <system_error>

#include "catch.h"

using namespace qtool;

TEST_CASE("each way to say that memory or threads ran out is known") {
  CHECK(is_machine_failure(std::bad_alloc()));
  CHECK(is_machine_failure(std::system_error(EAGAIN, std::generic_category())));
  for (const char* text :
       {"[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory: you tried "
        "to",
        "CUDA out of memory. Tried to allocate 2 GiB", "std::bad_alloc", "could not create a primitive",
        "RuntimeError: could not create a primitive\nat line 3", "mmap: Cannot allocate memory",
        "Resource temporarily unavailable"})
    CHECK(is_machine_failure(std::runtime_error(text)));
}

TEST_CASE("what is wrong with a model or a file is not the machine's fault") {
  for (const char* text :
       {"could not create a primitive descriptor for a convolution forward propagation primitive",
        "mat1 and mat2 shapes cannot be multiplied", ""})
    CHECK_FALSE(is_machine_failure(std::runtime_error(text)));
  CHECK_FALSE(is_machine_failure(std::ios_base::failure("iostream error")));
}

TEST_CASE("a catch block that blames a file lets pass what the file is not to blame for") {
  const auto kind_of = [](const auto& thrown) -> ErrorKind {
    try {
      try {
        throw thrown;
      } catch (const std::exception& error) {
        rethrow_if_not_to_blame(error);
        throw Error(ErrorKind::kUsage, {.what = "the file is damaged"});
      }
    } catch (const Error& error) {
      return error.kind();
    }
  };
  CHECK(kind_of(std::bad_alloc()) == ErrorKind::kMachine);
  CHECK(kind_of(Error(ErrorKind::kInterrupted, {.what = "interrupted"})) == ErrorKind::kInterrupted);
  CHECK(kind_of(std::runtime_error("no such record")) == ErrorKind::kUsage);
}
