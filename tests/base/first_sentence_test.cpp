#include "base/first_sentence.h"

#include "catch.h"

using namespace qtool;

TEST_CASE("Of a message of LibTorch the user sees what happened, not where in LibTorch") {
  CHECK(first_sentence(
            "[enforce fail at inline_container.cc:215] . Couldn't parse the version.\nframe #0: c10::") ==
        "Couldn't parse the version.");
  CHECK(first_sentence(
            "0 INTERNAL ASSERT FAILED at \"/ivalue.h\":663, please report a bug to PyTorch. expected int") ==
        "expected int");
  CHECK(first_sentence("\n  The following operation failed.\nTraceback") ==
        "The following operation failed.");
  CHECK(first_sentence("").empty());
  CHECK(first_sentence(" \n").empty());
}
