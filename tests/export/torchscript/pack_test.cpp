#include <algorithm>

#include "data/files.h"
#include "export/torchscript/quantized_ops.h"
#include "int8_run.h"
#include "skip.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

TEST_CASE("a layer that the engine refuses is named", "[.onednn]") {
  const auto available = available_engines();
  if (std::count(available.begin(), available.end(), Engine::kOnednn) == 0)
    skip("this LibTorch has no oneDNN");
  const EngineScope scope(Engine::kOnednn);
  const auto model =
      build({"return torch.conv_transpose2d(x, w1, None, [2, 2], [0, 0], [1, 1])", {{"w1", {3, 3, 3, 3}}}});
  // Planned without knowledge of the engine.
  const auto prepared = prepare(model, noise({2, 3, 7, 7}, 1));
  const auto message = message_of([&] { (void)lower_to_quantized_ops(prepared); });
  CHECK_THAT(message, contains("the int8 kernel refuses this operator"));
  CHECK_THAT(message, contains("conv_transpose2d"));
  CHECK_THAT(message, contains("--skip conv_transpose2d"));
}
