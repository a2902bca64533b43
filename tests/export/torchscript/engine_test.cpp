#include "export/torchscript/engine.h"

#include <ATen/Context.h>

#include <algorithm>

#include "data/files.h"
#include "graph/read/read_model.h"
#include "int8_run.h"
#include "operator_cases.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

TEST_CASE("the engine chosen is one that is there") {
  const auto available = available_engines();
  REQUIRE(!available.empty());
  CHECK(std::count(available.begin(), available.end(), choose_engine(Engine::kAuto)) == 1);
  for (const auto engine : available) CHECK(choose_engine(engine) == engine);
}

TEST_CASE("an engine that is not there is refused by name") {
  const auto available = available_engines();
  for (const auto engine : {Engine::kX86, Engine::kOnednn, Engine::kFbgemm, Engine::kQnnpack}) {
    if (std::count(available.begin(), available.end(), engine) > 0) continue;
    const auto message = message_of([&] { (void)choose_engine(engine); });
    CHECK_THAT(message, contains("this LibTorch does not have the engine asked for"));
    CHECK_THAT(message, contains(to_string(engine)));
  }
}

TEST_CASE("an engine is LibTorch's while its scope lives") {
  const auto before = at::globalContext().qEngine();
  for (const auto engine : available_engines()) {
    const EngineScope scope(engine);
    { const EngineScope inner(available_engines().front()); }
    CHECK(c10::toString(at::globalContext().qEngine()) == (engine == Engine::kX86      ? "X86"
                                                           : engine == Engine::kOnednn ? "ONEDNN"
                                                           : engine == Engine::kFbgemm ? "FBGEMM"
                                                                                       : "QNNPACK"));
  }
  CHECK(at::globalContext().qEngine() == before);
}

TEST_CASE("a file packed under one engine runs under another") {
  const SmallNet net = {
      "h = torch.relu(torch.conv2d(x, w1, b1, [1, 1], [1, 1])); "
      "h = torch.relu(h + torch.conv2d(h, w2, None, [1, 1], [1, 1])); "
      "return torch.linear(torch.flatten(torch.max_pool2d(h, [2, 2]), 1), w3)",
      {{"w1", {8, 3, 3, 3}}, {"b1", {8}}, {"w2", {8, 8, 3, 3}}, {"w3", {5, 8 * 9}}}};
  const auto input = noise(net.input, 77);
  for (const auto packed_by : available_engines())
    for (const auto run_by : available_engines()) {
      // Without VNNI only QNNPACK takes 8 bits.
      if (backend_of(packed_by).activation_bits > backend_of(run_by).activation_bits) continue;
      auto run = quantize_for(packed_by, build(net), input);
      const TemporaryFolder folder;
      run.int8.save(folder / "model.pt");
      const EngineScope scope(run_by);
      run.engine = run_by;
      run.int8 = read_model(folder / "model.pt");
      INFO(to_string(packed_by) << " -> " << to_string(run_by));
      CHECK(compare(run, input).max < 1.01);
    }
}
