#include "export/expressible.h"

#include "base/error.h"
#include "catch.h"
#include "small_net.h"

using namespace qtool;

namespace {

constexpr Precision kStaticAlone[] = {Precision::kFloat, Precision::kStatic};

std::vector<std::string> no_gelu(const Model&) { return {"aten::gelu act (net.py:12) has no name in it"}; }

std::vector<std::string> no_end(const Model&) { return std::vector<std::string>(8, "aten::x y"); }

constexpr Target kAny{.name = "any", .file = "a", .precisions = kStaticAlone};
constexpr Target kNoGelu{.name = "no-gelu", .file = "b", .precisions = kStaticAlone, .objections = no_gelu};
constexpr Target kNoEnd{.name = "no-end", .file = "c", .precisions = kStaticAlone, .objections = no_end};

}  // namespace

TEST_CASE("a target that cannot hold a model is refused by name, operator and line, before there is data") {
  const SmallNet net = small_classifier();
  const auto model = build(net);
  const auto graph = view(model);
  const auto plan = prepare(model, noise(net.input, 5)).plan;
  CHECK_NOTHROW(check_expressible({&kAny}, model, graph, plan));
  CHECK_THROWS_WITH(check_expressible({&kAny, &kNoGelu}, model, graph, plan),
                    contains("the target no-gelu cannot hold this model") &&
                        contains("got:      aten::gelu act (net.py:12) has no name in it"));
  CHECK_THROWS_WITH(check_expressible({&kNoEnd}, model, graph, plan), contains("and 3 more"));
}

TEST_CASE("an operator that is planned as a target has it not is an objection, with its line") {
  GraphView graph;
  auto& conv = graph.operators.emplace_back();
  conv.name = "conv";
  conv.source = "net.py:7";
  QuantPlan plan;
  auto& planned = plan.operators.emplace_back();
  planned.name = "conv";
  planned.kind = "aten::conv2d";
  planned.precision = Precision::kWeightOnly;
  const auto model = build(small_classifier());
  CHECK(objections_of(kAny, model, graph, plan) ==
        std::vector<std::string>{
            "aten::conv2d conv (net.py:7) is planned as weight-only, it can be float or static"});
}

TEST_CASE("targets are named, each once") {
  CHECK(targets_named({"libtorch"}) == std::vector{&libtorch_target()});
  CHECK_THROWS_WITH(targets_named({}), contains("no target to write a file for"));
  CHECK_THROWS_WITH(targets_named({"libtorch", "libtorch"}), contains("stands there twice"));
  CHECK_THROWS_WITH(targets_named({"libtroch"}), contains("did you mean 'libtorch'?"));
  CHECK_THROWS_WITH(targets_named({"simulation"}), contains("there is no such target"));
}
