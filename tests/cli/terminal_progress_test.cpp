#include "terminal_progress.h"

#include "catch.h"

using namespace qtool;

TEST_CASE("a line of progress has bar, rate and time left") {
  CHECK(progress_line("train", 50, 200, 10, "loss 0.5", 0) ==
        "train [======>                 ] 25 %  5.0/s  30 s left  loss 0.5");
  CHECK(progress_line("", 200, 200, 10, "", 0) == "[========================] 100 %  20/s");
  CHECK(progress_line("", 0, 200, 0, "", 0) == "[>                       ] 0 %");
}

TEST_CASE("without a total there is no bar") { CHECK(progress_line("", 30, 0, 2, "", 0) == "30  15/s"); }

TEST_CASE("long times are in minutes and hours") {
  CHECK_THAT(progress_line("", 1, 101, 1, "", 0), contains("1 min 40 s left"));
  CHECK_THAT(progress_line("", 1, 7261, 1, "", 0), contains("2 h 1 min left"));
}

TEST_CASE("on a narrow terminal the bar gives way first, then the end") {
  CHECK(progress_line("train", 50, 200, 10, "loss 0.5", 70) ==
        "train [=====>              ] 25 %  5.0/s  30 s left  loss 0.5");
  CHECK(progress_line("train", 50, 200, 10, "loss 0.5", 40) == "train [==>     ] 25 %  5.0/s  30 s left…");
}
