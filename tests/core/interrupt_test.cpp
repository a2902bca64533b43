#include "core/interrupt.h"

#include "catch.h"
#include "core/error.h"
#include "core/progress.h"

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
