#include "graph/parts.h"

#include <ATen/ops/equal.h>

#include <map>

#include "catch.h"
#include "graph/passes/canonicalise.h"
#include "graph/view.h"
#include "graphs.h"

using namespace qtool;

namespace {

/// Convolutions with a join between them, a list, a size, and a mask that no layer makes.
Model joined() {
  ModuleBuilder net("Net");
  net.child("a", layer("A", numbers({4, 3, 3, 3}, 1), kScriptedConv));
  net.child("b", layer("B", numbers({4, 4, 3, 3}, 2), kScriptedConv));
  net.child("c", layer("C", numbers({4, 2, 3, 3}, 3), kScriptedConv));
  net.define(
      "def forward(self, x):\n"
      "  mask = torch.sigmoid(torch.sum(x, [1], True))\n"
      "  y = torch.relu(self.a.forward(x))\n"
      "  z = (self.b.forward(y) + y) * mask\n"
      "  parts = torch.chunk(z, 2, 1)\n"
      "  w = self.c.forward(parts[0]) * mask\n"
      "  return w.reshape([x.size(0), -1]), parts[1]");
  return canonicalise(net.build());
}

std::map<std::string, CutPlace> by_name(const Model& model) {
  std::map<std::string, CutPlace> places;
  for (const auto& place : cut_places(model)) places[place.after] = place;
  return places;
}

/// Runs the parts one after the other, each on what those before it gave.
std::vector<at::Tensor> run(std::vector<ModelPart> parts, const at::Tensor& x, const std::string& input) {
  std::map<std::string, at::Tensor> values{{input, x}};
  std::vector<at::Tensor> outputs;
  for (auto& part : parts) {
    std::vector<at::Tensor> inputs;
    for (const auto& name : part.inputs) inputs.push_back(values.at(name));
    outputs = part.model.forward(inputs);
    REQUIRE(outputs.size() == part.outputs.size());
    for (size_t i = 0; i < outputs.size(); ++i) values[part.outputs[i]] = outputs[i];
  }
  return outputs;
}

}  // namespace

TEST_CASE("a place between operators knows what flows over it, and what of that layers have made") {
  const auto places = by_name(joined());
  REQUIRE(places.contains("relu"));
  CHECK(places.at("relu").of_layers == 1);
  CHECK(places.at("relu").live.size() == 3);  // the relu, the mask, and the input, whose size is read
  REQUIRE(places.contains("b"));
  CHECK(places.at("b").of_layers == 2);
}

TEST_CASE("the parts of a model compute what it does, at each place") {
  auto whole = joined();
  const auto x = numbers({2, 3, 5, 5}, 7);
  const auto expected = whole.forward({x});
  const auto input = view(whole).inputs[0];
  std::vector<std::string> all;
  for (const auto& place : cut_places(whole)) {
    const auto outputs = run(cut(whole, {place.after}), x, input);
    REQUIRE(outputs.size() == 2);
    for (size_t i = 0; i < 2; ++i) CHECK(at::equal(outputs[i], expected[i]));
    all.push_back(place.after);
  }
  CHECK(all.size() > 6);
  const auto outputs = run(cut(whole, all), x, input);
  for (size_t i = 0; i < 2; ++i) CHECK(at::equal(outputs[i], expected[i]));
}

TEST_CASE("a part shares its tensors with the whole and has the names of its values") {
  const auto whole = joined();
  const auto parts = cut(whole, {"relu"});
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].model.parameters()[0].tensor.is_same(whole.parameters()[0].tensor));
  CHECK(parts[0].outputs[0] == "relu");
  CHECK(view(parts[1].model).operators[0].name == "b");
}

TEST_CASE("a model that changes tensors in place is not cut") {
  ModuleBuilder net("Net");
  net.define("def forward(self, x):\n  y = x.clone()\n  y[0] = 1\n  return torch.relu(y + 1)");
  CHECK(cut_places(canonicalise(net.build())).empty());
}
