#include "base/interrupt.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/error.h"
#include "base/progress.h"
#include "catch.h"

using namespace qtool;

TEST_CASE("an interrupt stops at the next step of progress") {
  Progress progress;
  CHECK_NOTHROW(progress.update(1, 2, ""));
  request_interrupt();
  CHECK(interrupt_requested());
  try {
    progress.update(1, 2, "");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kInterrupted);
  }
  clear_interrupt();
  CHECK_NOTHROW(progress.stage("next"));
}

TEST_CASE("patience is as long as steps have been") {
  (void)interrupt_requested();
  const unsigned before = interrupt_patience();
  CHECK(before >= 5);
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));
  CHECK_FALSE(interrupt_requested());
  CHECK(interrupt_patience() >= std::max(before, 11U));
}
