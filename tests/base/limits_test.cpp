#include "base/limits.h"

#include "base/error.h"
#include "catch.h"

using namespace qtool;

TEST_CASE("a size above its limit is refused with both numbers") {
  CHECK_NOTHROW(check_size({"the image", "a.png"}, 100, 100));
  CHECK_THROWS_WITH(check_size({"the image", "a.png"}, 101, 100),
                    contains("the image is too large") && contains("a.png") && contains("101 bytes") &&
                        contains("at most 100 bytes"));
  CHECK_THROWS_WITH(check_size({"the image", "a.png"}, 5'000'000'000, 1'000'000'000),
                    contains("5000 MB") && contains("at most 1000 MB"));
}
