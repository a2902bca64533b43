#include "graph/ir/attributes.h"

#include <ATen/ops/ones.h>

#include "catch.h"
#include "graph/graphs.h"
#include "graph/ir/nodes.h"

using namespace qtool;
namespace jit = torch::jit;

namespace {

ModuleBuilder nested() {
  ModuleBuilder inner("Inner");
  inner.parameter("weight", numbers({2})).buffer("offset", numbers({2}, 5)).parameter("unused", numbers({9}));
  inner.define("def forward(self, x):\n  return x * self.weight + self.offset");
  ModuleBuilder net("Net");
  net.child("0", inner).child("1", inner);
  net.define("def forward(self, x):\n  return getattr(self, \"1\").forward(getattr(self, \"0\").forward(x))");
  return net;
}

jit::Node* node_of(const Model& model, const char* kind) {
  for (auto* node : all_nodes_of(graph_of(model)->block()))
    if (short_kind(node) == kind) return node;
  FAIL("no " << kind);
  return nullptr;
}

}  // namespace

TEST_CASE("attributes are found, set and made under their paths") {
  auto root = empty_module("Root");
  CHECK_FALSE(find_attribute(root, "a.b.weight"));
  set_attribute(root, "a.b.weight", at::ones({2}), c10::TensorType::get(), /*is_parameter=*/true);
  set_attribute(root, "a.scale", at::ones({3}), c10::TensorType::get(), /*is_parameter=*/false);
  set_attribute(root, "top", at::ones({4}), c10::TensorType::get(), /*is_parameter=*/true);
  CHECK(find_attribute(root, "a.b.weight")->toTensor().numel() == 2);
  CHECK(find_attribute(root, "a.scale")->toTensor().numel() == 3);
  CHECK(find_attribute(root, "top")->toTensor().numel() == 4);
  CHECK_FALSE(find_attribute(root, "a.b.bias"));
  CHECK_FALSE(find_attribute(root, "top.weight"));
  set_attribute(root, "top", at::ones({5}), c10::TensorType::get(), /*is_parameter=*/true);
  CHECK(find_attribute(root, "top")->toTensor().numel() == 5);
  const Model model(root);
  CHECK(model.parameters().size() == 2);
  CHECK(model.buffers().size() == 1);
}

TEST_CASE("a rebuilt module has the attributes that forward() reads, shares them, and has types of its own") {
  auto original = nested().build();
  auto copy = inlined(original);
  lint(copy);
  CHECK(difference(original, copy, {numbers({2})}) == 0);
  REQUIRE(copy.parameters().size() == 2);
  CHECK(copy.parameters()[1].name == "1.weight");
  CHECK(copy.buffers()[0].name == "0.offset");
  CHECK(copy.parameters()[0].tensor.is_same(original.parameters()[0].tensor));
  CHECK(copy.module().type() != original.module().type());
  // The two children had one type; now each can get attributes of its own.
  set_attribute(copy.module(), "0.extra", at::ones({1}), c10::TensorType::get(), /*is_parameter=*/false);
  CHECK_FALSE(find_attribute(copy.module(), "1.extra"));
  CHECK(text_of(inlined(copy)) == text_of(copy));
}

TEST_CASE("a rebuilt module that is changed leaves the original alone") {
  const auto original = nested().build();
  const auto text = text_of(original);
  auto copy = inlined(original);
  auto* add = node_of(copy, "add");
  add->output()->setDebugName("changed");
  CHECK(text_of(original) == text);
}

TEST_CASE("an attribute that is None becomes a constant") {
  const auto model =
      inlined(frozen(from_ir("graph(%x : Tensor):\n  %n : None = prim::Constant()\n  return (%x)", {})));
  CHECK(model.parameters().empty());
}

TEST_CASE("the path of a value is the chain of attributes that it is read by") {
  const auto model = inlined(nested().build());
  const auto* mul = node_of(model, "mul");
  CHECK(attribute_path(mul->input(1)) == "0.weight");
  CHECK_FALSE(attribute_path(mul->input(0)));
  CHECK_FALSE(attribute_path(mul->output()));
}

TEST_CASE("an emitted chain reads the attribute, and takes no other value's name") {
  auto model = inlined(nested().build());
  auto* add = node_of(model, "add");
  add->output()->setDebugName("weight");
  const jit::WithInsertPoint here(add);
  auto* value = emit_attribute(*graph_of(model), model.module(), "1.weight");
  CHECK(attribute_path(value) == "1.weight");
  CHECK(add->output()->debugName() == "weight");
  lint(model);
}
