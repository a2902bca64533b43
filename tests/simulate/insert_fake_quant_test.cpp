#include "simulate/insert_fake_quant.h"

#include <algorithm>

#include "graph/ir/attributes.h"
#include "graph_text.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

namespace jit = torch::jit;

/// Marks each place with an operator that is not in the networks below.
class Marks : public FakeQuantForm {
 public:
  explicit Marks(jit::Graph& graph) : graph_(graph) {}
  jit::Value* weight(jit::Value* x, size_t site) override { return mark("aten::sin", x, site); }
  jit::Value* activation(jit::Value* x, size_t site) override { return mark("aten::cos", x, site); }
  jit::Value* again(jit::Value* x, size_t site) override { return mark("aten::floor", x, site); }
  jit::Value* average(jit::Value* x, size_t site) override { return mark("aten::ceil", x, site); }
  std::vector<size_t> sites;

 private:
  jit::Value* mark(const char* kind, jit::Value* x, size_t site) {
    sites.push_back(site);
    return graph_.insert(c10::Symbol::fromQualString(kind), {x});
  }
  jit::Graph& graph_;
};

/// The network with the marks, and what was marked.
struct Marked {
  Solution prepared;
  Model model;
  std::vector<size_t> sites = {};
  explicit Marked(const SmallNet& net, const std::vector<std::string>& without = {})
      : prepared(prepare(build(net), noise(net.input, 9))),
        model(rebuild(prepared.model.module(), "Marked")) {
    std::vector<bool> enabled;
    for (const auto& site : prepared.plan.sites)
      enabled.push_back(std::find(without.begin(), without.end(), site.name) == without.end());
    const auto graph = model.module().get_method("forward").graph();
    Marks marks(*graph);
    FakeQuantInsertion(graph, prepared.plan, enabled, marks).run();
    sites = marks.sites;
  }
};

}  // namespace

TEST_CASE("weights before their layer, inputs and outputs behind what makes them, moves not at all") {
  const Marked marked({"h = torch.relu(torch.conv2d(x, w1)); return torch.linear(torch.flatten(h, 1), w2)",
                       {{"w1", {4, 3, 1, 1}}, {"w2", {5, 4 * 49}}}});
  check_in_order(
      marked.model,
      {"%x.1:fakequant : Tensor = aten::cos(%x.1)", "= aten::sin(", "= aten::conv2d(%x.1:fakequant",
       "= aten::relu(%conv2d)", "= aten::cos(%relu)", "= aten::flatten(%relu:fakequant", "= aten::sin(",
       "= aten::linear(%flatten", "= aten::cos(%linear)", "return (%linear:fakequant)"});
  CHECK(count_nodes(marked.model, "aten::cos") == 3);
  CHECK(count_nodes(marked.model, "aten::sin") == 2);
  CHECK(marked.sites.size() == marked.prepared.plan.sites.size());
}

TEST_CASE("clips and averages of their own go back onto the grid of what they read") {
  const Marked marked(
      {"h = torch.conv2d(x, w1); h = torch.relu(torch.max_pool2d(h, [2, 2])); return torch.avg_pool2d(h, [3, "
       "3])",
       {{"w1", {4, 3, 1, 1}}}});
  check_in_order(marked.model,
                 {"= aten::cos(%conv2d)", "= aten::max_pool2d(%conv2d:fakequant", "= aten::relu(",
                  "= aten::floor(%relu)", "= aten::avg_pool2d(", "= aten::ceil(%avg_pool2d)"});
  CHECK(count_nodes(marked.model, "aten::floor") == 1);
  CHECK(count_nodes(marked.model, "aten::ceil") == 1);
  REQUIRE(marked.sites.size() == 5);
  CHECK(marked.prepared.plan.sites[marked.sites[3]].name == "conv2d:output");
  CHECK(marked.prepared.plan.sites[marked.sites[4]].name == "conv2d:output");
}

TEST_CASE("only int8 readers see the fake-quant of a float value") {
  const Marked marked(
      {"h = torch.gelu(x); return torch.conv2d(h, w1) + torch.tanh(h)[:, :1]", {{"w1", {4, 3, 1, 1}}}});
  const auto text = graph_text(marked.model);
  CHECK_THAT(text, contains("aten::tanh(%gelu)"));
  CHECK_THAT(text, contains("aten::conv2d(%gelu:fakequant"));
}

TEST_CASE("a site that is not enabled stays float, and so does what goes back onto its grid") {
  const SmallNet net{"h = torch.avg_pool2d(torch.conv2d(x, w1), [2, 2]); return torch.conv2d(h, w2)",
                     {{"w1", {4, 3, 1, 1}}, {"w2", {4, 4, 1, 1}}}};
  CHECK(count_nodes(Marked(net).model, "aten::ceil") == 1);
  const Marked marked(net, {"conv2d:output", "conv2d:weight"});
  const auto text = graph_text(marked.model);
  CHECK(count_nodes(marked.model, "aten::ceil") == 0);
  CHECK(count_nodes(marked.model, "aten::sin") == 1);
  CHECK_THAT(text, contains("aten::avg_pool2d(%conv2d,"));
}
