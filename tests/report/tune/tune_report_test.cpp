#include "report/tune/tune_report.h"

#include "catch.h"
#include "report/tune/sample_search.h"

using namespace qtool;

TEST_CASE("the front of a search has the files that none beats in size and drop") {
  CHECK(tune_front(sample_search()) == std::vector<size_t>{3, 2, 0});
}

TEST_CASE("the headline says whether the target is met, and how small the best is") {
  CHECK(tune_headline(sample_search()) ==
        "top-1: 0.30 points lost, at most 0.50 asked for; 600 B, 0.60 of the untuned file; 5 trials, more to "
        "try.");
  auto report = sample_search();
  report.max_drop = 0.05;
  report.best = 0;
  report.finished = true;
  CHECK(tune_headline(report) ==
        "top-1: 0.10 points lost, more than the 0.05 asked for; 1.0 kB; 5 trials, nothing left to try.");
}

TEST_CASE("tune.md has a row for each trial and layer") {
  const auto text = tune_markdown(sample_search());
  CHECK_THAT(text, contains("| 2 | 1 x 8, 1 x 4; quick | 0.40 | 100 | - | - | seems to meet it |"));
  CHECK_THAT(
      text,
      contains("| 4 | 1 x 4, 1 x float | 0.90 (-0.10 to 1.90) | 1000 | 500 B | 2.50 | loses too much |"));
  CHECK_THAT(text, contains("| `conv` | 100 | 4 | 1e-05 | - | 0.001 | - | - |"));
}

TEST_CASE("tune.html holds the search") {
  CHECK_THAT(tune_html(sample_search()), contains("href=\"tune.md\""));
}
