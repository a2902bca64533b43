#include "graph/ir/place_constants.h"

#include <ATen/ops/ones.h>
#include <torch/csrc/jit/ir/constants.h>

#include "catch.h"
#include "graph/graphs.h"
#include "graph/ir/nodes.h"
#include "graph/parsed_ir.h"

using namespace qtool;
namespace jit = torch::jit;

namespace {

/// What is on no device of the machine, and needs none.
const at::Device kElsewhere(at::kMeta);

std::string device_of(const jit::Node* node) {
  const auto value = constant_argument(node, "device");
  return value.isDevice() ? value.toDevice().str() : value.tagKind();
}

/// forward() makes zeros on the device.
jit::Module zeros_on(const std::string& device) {
  return from_ir(R"(graph(%x : Tensor):
  %none : None = prim::Constant()
  %four : int = prim::Constant[value=4]()
  %size : int[] = prim::ListConstruct(%four)
  %device : Device = prim::Constant[value=")" +
                     device + R"("]()
  %z : Tensor = aten::zeros(%size, %none, %none, %device, %none)
  return (%z))",
                 {})
      .module();
}

const jit::Node* made_by(const jit::Module& module) {
  return module.get_method("forward").graph()->outputs()[0]->node();
}

}  // namespace

TEST_CASE("tensors that a graph makes or holds go to the device, those beside an input stay with it") {
  const auto graph = parsed(R"(graph(%x : Tensor):
  %none : None = prim::Constant()
  %four : int = prim::Constant[value=4]()
  %cpu : Device = prim::Constant[value="cpu"]()
  %size : int[] = prim::ListConstruct(%four)
  %its : Device = prim::device(%x)
  %a : Tensor = aten::zeros(%size, %none, %none, %cpu, %none)
  %b : Tensor = aten::arange(%four, %none, %none, %none, %none)
  %c : Tensor = aten::zeros_like(%x, %none, %none, %none, %none, %none)
  %d : Tensor = aten::zeros(%size, %none, %none, %its, %none)
  return (%a, %b, %c, %d))");
  graph->registerOutput(constant_before(graph->outputs()[3]->node(), at::ones({2})));
  place_constants(*graph, kElsewhere);
  graph->lint();
  const auto outputs = graph->outputs();
  CHECK(device_of(outputs[0]->node()) == "meta");
  CHECK(device_of(outputs[1]->node()) == "meta");
  CHECK(device_of(outputs[2]->node()) == "None");
  CHECK(argument(outputs[3]->node(), "device")->node()->kind() == c10::prim::device);
  CHECK(jit::toIValue(outputs[4])->toTensor().is_meta());
}

TEST_CASE("code that names a device is put on the CPU, and the device told") {
  auto module = zeros_on("cuda:1");
  CHECK(put_on_cpu(module) == "cuda:1");
  CHECK(device_of(made_by(module)) == "cpu");
  auto nowhere = zeros_on("meta");
  CHECK(put_on_cpu(nowhere).empty());
  CHECK(device_of(made_by(nowhere)) == "meta");
}

TEST_CASE("a copy to the GPU is none, and an attribute that is a device is the CPU") {
  auto module = from_ir("graph(%x : Tensor):\n  %y : Tensor = aten::cuda(%x)\n  return (%y)", {}).module();
  module.register_attribute("place", c10::DeviceObjType::get(), at::Device("cuda:2"));
  CHECK(put_on_cpu(module) == "cuda");  // of the code rather than of the attribute
  CHECK(module.attr("place").toDevice().is_cpu());
  const auto graph = module.get_method("forward").graph();
  CHECK(graph->outputs()[0] == graph->inputs()[1]);
}
