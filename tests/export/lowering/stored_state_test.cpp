#include "export/lowering/stored_state.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>

#include "export/lowering/stored_module.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace jit = torch::jit;

TEST_CASE("a file holds the parts, and what is read is made of them when it is loaded") {
  const StoredState state(
      "größe.int8", {{"weight", at::tensor({1.0F, 2.0F})}, {"scale", at::tensor({10.0F}), /*is_read=*/true}},
      "made", at::tensor({99.0F, 99.0F}), [](jit::Graph& graph, const std::vector<jit::Value*>& parts) {
        return graph.insert(c10::aten::mul, {parts[0], parts[1]});
      });
  auto module = loaded(state, {"gr%C3%B6%C3%9Fe.int8.made", "gr%C3%B6%C3%9Fe.int8.scale"});
  CHECK(at::equal(output(module, 0), at::tensor({10.0F, 20.0F})));  // not what stood there before
  CHECK(at::equal(output(module, 1), at::tensor({10.0F})));
}
