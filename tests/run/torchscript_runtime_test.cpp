#include "run/torchscript_runtime.h"

#include <ATen/ops/full.h>

#include "catch.h"
#include "graph/builder.h"
#include "small_net.h"

using namespace qtool;

TEST_CASE("a TorchScript model runs as LibTorch's client runs it") {
  const auto runtime = torchscript_runtime(build(SmallNet{"return torch.relu(x - 2)", {}}));
  CHECK(runtime->runtime().rfind("LibTorch ", 0) == 0);
  CHECK(runtime->input_names() == std::vector<std::string>{"x"});
  const auto outputs = runtime->run({at::full({2}, 5.F)});
  REQUIRE(outputs.size() == 1);
  CHECK(outputs[0].equal(at::full({2}, 3.F)));
}
