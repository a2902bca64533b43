#pragma once
#include "export/torchscript/int8_run.h"
#include "graph_text.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

namespace qtool {

inline const std::vector<std::pair<std::string, std::vector<int64_t>>> kWeights = {
    {"w1", {8, 3, 3, 3}}, {"b1", {8}}, {"w2", {8, 8, 1, 1}}, {"w3", {8, 8, 1, 1}}};

/// By the engine that jobs take by default, and near to the simulation.
[[nodiscard]] inline Int8Run quantized(const std::string& body, const Recipe& recipe = {}) {
  const SmallNet net = {body, kWeights};
  auto run = quantize_for(choose_engine(Engine::kAuto), build(net), noise(net.input, 77), recipe);
  INFO(graph_text(run.int8));
  CHECK(compare(run, noise(net.input, 78)).max < 2.01);
  return run;
}

[[nodiscard]] inline int quantize_steps(const Int8Run& run) {
  return count_nodes(run.int8, "aten::quantize_per_tensor");
}
[[nodiscard]] inline int dequantize_steps(const Int8Run& run) {
  return count_nodes(run.int8, "aten::dequantize");
}

}  // namespace qtool
