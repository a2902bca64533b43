#include "job/input/parameter_count.h"

#include "catch.h"
#include "small_net.h"

using namespace qtool;

TEST_CASE("numbers of parameters are counted, not tensors") {
  CHECK(parameter_count(build(small_classifier())) == 8 * 3 * 3 * 3 + 8 + 5 * 200);
  CHECK(parameter_count(build({"return torch.relu(x)", {}})) == 0);
}
