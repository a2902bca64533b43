#include "job/inspect.h"

#include <algorithm>

#include "workplace.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

InspectResult inspect(const InspectOptions& options) {
  Progress progress;
  return run_inspect(options, {{}, {}, progress});
}

}  // namespace

TEST_CASE("every operator has its lines, with scheme or reason") {
  const Workplace at;
  const auto result = inspect({.model = at.model, .data = at.data});
  CHECK(result.parameters == 8 * 27 + 8 + 5 * 200);
  CHECK(result.input_names == std::vector<std::string>{"x"});
  std::vector<std::string> lines;
  for (const auto& site : result.sites) lines.push_back(site.site + ": " + site.scheme + ": " + site.reason);
  const std::string activation = "uint" + std::to_string(bits_of_activations()) + " affine per-tensor: ";
  CHECK(lines == std::vector<std::string>{
                     "conv2d:input: " + activation,
                     "conv2d:weight: int8 symmetric per-channel(0): ",
                     "conv2d:output: " + activation,
                     "relu: fused: done by conv2d",
                     "gelu: : no int8 form of aten::gelu",
                     "flatten: : its input gelu is float",
                     "linear:input: " + activation,
                     "linear:weight: int8 symmetric per-channel(0): ",
                     "linear:output: " + activation,
                 });
}

TEST_CASE("data that the model does not take is an error before any work") {
  const Workplace at;
  put_samples(at.folder / "wrong.npz", noise({4, 2, 7, 7}, 1), false);
  CHECK_THROWS_AS(inspect({.model = at.model, .data = "npz:" + at.folder / "wrong.npz"}), Error);
}
