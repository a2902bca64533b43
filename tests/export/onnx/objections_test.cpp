#include "export/onnx/objections.h"

#include "catch.h"
#include "graph/passes/canonicalise.h"
#include "small_net.h"

using namespace qtool;

namespace {

std::vector<std::string> found(const std::string& body) {
  return onnx::objections(canonicalise(build({body, {{"w1", {3}}}})));
}

}  // namespace

TEST_CASE("what has no ONNX form is named, with its kind and its line") {
  const auto objections = found("h = torch.relu(x); return torch.fft_rfft(h).real");
  REQUIRE(objections.size() >= 1);
  CHECK_THAT(objections[0], contains("fft_rfft (") && contains(":3): ONNX has no form of aten::fft_rfft"));
  CHECK(found("return torch.relu(x)").empty());
}

TEST_CASE("what only the number of dimensions feeds is known once there is an example") {
  CHECK(found("n = not (x.dim() == 4); return x + int(n)").empty());
}

TEST_CASE("what only constants feed is computed, whatever it is, and random numbers are not") {
  CHECK(found("return x + torch.fft_fft(w1).real.sum()").empty());
  const auto random = found("return x + torch.rand([7])");
  REQUIRE(random.size() == 1);
  CHECK_THAT(random[0], contains("ONNX has no form of aten::rand"));
}
