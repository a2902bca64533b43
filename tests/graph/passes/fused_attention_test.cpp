#include "graph/passes/fused_attention.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/version.h>

#include "catch.h"
#include "graph/graphs.h"
#include "graph/ir/nodes.h"
#include "graph/parsed_ir.h"

using namespace qtool;
namespace jit = torch::jit;

namespace {

const std::string kConditions = R"(
  %three : int = prim::Constant[value=3]()
  %cpu : str = prim::Constant[value="cpu"]()
  %grad : bool = aten::is_grad_enabled()
  %same : bool = aten::__is__(%x, %x)
  %other : bool = aten::__isnot__(%x, %m)
  %device : Device = prim::device(%x)
  %type : str = prim::type(%device)
  %names : str[] = prim::ListConstruct(%cpu)
  %known : bool = aten::__contains__(%names, %type)
  %rank : int = aten::dim(%x)
  %batched : bool = aten::eq(%rank, %three)
  %single : bool = aten::__not__(%batched)
  %why : str = prim::If(%single)
    block0():
      -> (%type)
    block1():
      -> (%cpu)
  %asked : bool = aten::eq(%rank, %three)
  return (%grad, %same, %other, %known, %batched, %asked)
)";

/// What the outputs are, a letter each: T, F, or ? where that is not said.
std::string outputs_of(const jit::Graph& graph) {
  std::string text;
  for (const auto* output : graph.outputs()) {
    const auto value = jit::toIValue(output);
    text += !value ? '?' : value->toBool() ? 'T' : 'F';
  }
  return text;
}

#if TORCH_VERSION_MAJOR >= 2
/// `call`: of an attention or an encoder, which the constants are for. Values of 4 features, in 2 heads.
Model fused(const std::string& call, bool yes) {
  return from_ir(R"(graph(%x : Tensor, %mask : Tensor, %qw : Tensor, %qb : Tensor, %pw : Tensor, %pb : Tensor,
    %n1 : Tensor, %n2 : Tensor, %n3 : Tensor, %n4 : Tensor, %f1 : Tensor, %f2 : Tensor, %f3 : Tensor, %f4 : Tensor):
  %none : None = prim::Constant()
  %four : int = prim::Constant[value=4]()
  %two : int = prim::Constant[value=2]()
  %eps : float = prim::Constant[value=0.25]()
  %no : bool = prim::Constant[value=0]()
  %yes : bool = prim::Constant[value=)" +
                     std::string(yes ? "1" : "0") + R"(]()
  %neg : Tensor = aten::neg(%x)
  %y : Tensor)" + call +
                     "\n  return (%y)",
                 {{"qw", numbers({12, 4})},
                  {"qb", numbers({12}, 1)},
                  {"pw", numbers({4, 4}, 2)},
                  {"pb", numbers({4}, 3)},
                  {"n1", numbers({4}, 4)},
                  {"n2", numbers({4}, 5)},
                  {"n3", numbers({4}, 6)},
                  {"n4", numbers({4}, 7)},
                  {"f1", numbers({6, 4}, 8)},
                  {"f2", numbers({6}, 9)},
                  {"f3", numbers({4, 6}, 10)},
                  {"f4", numbers({4}, 11)}});
}

std::string attention(const std::string& inputs, const std::string& mask = "%none") {
  return ", %weights : Tensor = aten::_native_multi_head_attention(" + inputs +
         ", %four, %two, %qw, %qb, %pw, %pb, " + mask + ", %no, %no, %none)";
}

std::string encoder(const std::string& gelu, const std::string& norm_first,
                    const std::string& mask = "%none") {
  return " = aten::_transformer_encoder_layer_fwd(%x, %four, %two, %qw, %qb, %pw, %pb, " + gelu + ", " +
         norm_first + ", %eps, %n1, %n2, %n3, %n4, %f1, %f2, %f3, %f4, " + mask + ", %none)";
}

/// The operator taken apart.
Model by_layers(const std::string& call, bool yes = false) {
  auto model = fused(call, yes);
  const auto graph = model.module().get_method("forward").graph();
  for (auto* node : nodes_of(graph->block())) {
    if (short_kind(node) == "_native_multi_head_attention")
      attention_by_layers(node);
    else if (short_kind(node) == "_transformer_encoder_layer_fwd")
      encoder_by_layers(node);
  }
  lint(model);
  return model;
}

bool is_apart(const std::string& call) {
  const auto text = text_of(by_layers(call));
  return text.find("aten::_native") == text.npos && text.find("aten::_transformer") == text.npos;
}
#endif

}  // namespace

TEST_CASE("what a run would decide is assumed where a graph has fused attention, and nowhere else") {
  const auto plain = parsed("graph(%x : Tensor, %m : Tensor):" + kConditions);
  assume_fast_paths(*plain);
  CHECK(outputs_of(*plain) == "??????");
  const auto fused = parsed(R"(graph(%x : Tensor, %m : Tensor):
  %none : None = prim::Constant()
  %n : int = prim::Constant[value=4]()
  %no : bool = prim::Constant[value=0]()
  %y : Tensor, %w : Tensor = aten::_native_multi_head_attention(%x, %x, %x, %n, %n, )"
                            R"(%m, %m, %m, %m, %none, %no, %no, %none))" +
                            kConditions);
  assume_fast_paths(*fused);
  fused->lint();
  // The last one asks for the rank, too, but for no reason in words.
  CHECK(outputs_of(*fused) == "FTTTT?");
}

#if TORCH_VERSION_MAJOR >= 2
TEST_CASE("attention of one input without a mask is linear layers around the product") {
  const auto call = attention("%x, %x, %x");
  auto before = fused(call, false), after = by_layers(call);
  const auto x = numbers({2, 3, 4}, 20), mask = numbers({1});
  CHECK(difference(before, after, {x, mask}) < 1e-5);
  CHECK_THAT(text_of(after), contains("aten::scaled_dot_product_attention"));
  CHECK(is_apart(call));
}

TEST_CASE("attention of several inputs, with a mask or whose weights are read stays") {
  CHECK_FALSE(is_apart(attention("%x, %x, %neg")));
  CHECK_FALSE(is_apart(attention("%x, %x, %x", "%mask")));
  CHECK_FALSE(is_apart(attention("%x, %x, %x") + "\n  %z : Tensor = aten::relu(%weights)"));
}

TEST_CASE("an encoder layer's norms stand before or behind its halves, with its activation") {
  const auto x = numbers({2, 3, 4}, 20), mask = numbers({1});
  for (const auto* gelu : {"%no", "%yes"})
    for (const auto* norm_first : {"%no", "%yes"}) {
      const auto call = encoder(gelu, norm_first);
      auto before = fused(call, true), after = by_layers(call, true);
      CHECK(is_apart(call));
      CHECK(difference(before, after, {x, mask}) < 1e-5);
    }
  CHECK_FALSE(is_apart(encoder("%no", "%no", "%mask")));
}
#endif
