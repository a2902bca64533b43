#include "qat/staying_on_cpu.h"

#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <string>
#include <vector>

#include "graph/passes/canonicalise.h"
#include "normed_layer.h"
#include "qat/training_model.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

using Strings = std::vector<std::string>;

Strings names_staying(StepSize steps) {
  const auto& layer = normed_layers()[0];
  const auto prepared = prepare(build(layer), noise(layer.input, 9));
  const auto model = make_training_model(canonicalise_unfolded(build(layer)), prepared.plan, prepared.qparams,
                                         {steps, steps});
  const auto staying = staying_on_cpu(model);
  Strings names;
  for (const auto& list : {model.parameters(), model.buffers()})
    for (const auto& [name, tensor] : list)
      if (std::any_of(staying.begin(), staying.end(),
                      [&, t = tensor](const auto& s) { return s.is_same(t); }))
        names.push_back(name);
  CHECK(names.size() == staying.size());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("switches, ranges, grids that follow them and the statistics of batch norm stay on the CPU") {
  CHECK(names_staying(StepSize::kObserved) ==
        Strings{"batch_norm_frozen", "conv2d_input_fake_quant.enabled", "conv2d_input_fake_quant.high",
                "conv2d_input_fake_quant.low", "conv2d_input_fake_quant.observe",
                "conv2d_input_fake_quant.scale", "conv2d_input_fake_quant.zero_point",
                "conv2d_output_fake_quant.enabled", "conv2d_output_fake_quant.high",
                "conv2d_output_fake_quant.low", "conv2d_output_fake_quant.observe",
                "conv2d_output_fake_quant.scale", "conv2d_output_fake_quant.zero_point",
                "conv2d_weight_fake_quant.enabled", "conv2d_weight_fake_quant.observe", "mean", "var"});
}

TEST_CASE("a learned scale goes where the optimizer is") {
  auto expected = names_staying(StepSize::kObserved);
  std::erase_if(expected, [](const std::string& name) { return name.ends_with(".scale"); });
  CHECK(names_staying(StepSize::kLearned) == expected);
}
