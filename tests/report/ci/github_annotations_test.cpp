#include "catch.h"
#include "report/ci/ci.h"

using namespace qtool;

namespace {

const std::vector<GateResult> kAnnotatedGates = {
    {.name = "max_drop", .passed = true, .within_noise = true, .text = "noise"},
    {.name = "min_accuracy", .passed = false, .text = "80 % < 90 % & \"bad\"\nreally"},
    {.name = "max_size_ratio", .passed = true, .text = "fine"}};

}  // namespace

TEST_CASE("annotations are GitHub's workflow commands, escaped as its toolkit does") {
  CHECK(github_annotations(kAnnotatedGates) ==
        "::warning title=qtool max_drop::noise\n"
        "::error title=qtool min_accuracy::80 %25 < 90 %25 & \"bad\"%0Areally\n"
        "::notice title=qtool max_size_ratio::fine\n");
  CHECK(github_annotations({{.name = "a:b,c%\r", .passed = false, .text = "x:y,z"}}) ==
        "::error title=qtool a%3Ab%2Cc%25%0D::x:y,z\n");
}
