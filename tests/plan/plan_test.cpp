#include "plan/plan.h"

#include <ATen/ops/ones.h>

#include "base/error.h"
#include "catch.h"

using namespace qtool;

namespace {

using Strings = std::vector<std::string>;

/// A graph made by hand; counts the uses.
class Graph {
 public:
  Graph& input(const std::string& name) {
    view_.inputs.push_back(name);
    return *this;
  }

  OperatorView& add(const std::string& name, const std::string& kind, const Strings& inputs) {
    OperatorView op;
    op.name = name;
    op.kind = "aten::" + kind;
    op.inputs = inputs;
    for (const auto& input : inputs) ++view_.uses[input];
    view_.uses[name];
    view_.operators.push_back(op);
    return view_.operators.back();
  }

  OperatorView& layer(const std::string& name, const std::string& kind, const std::string& input) {
    auto& op = add(name, kind, {input});
    op.weight = at::ones({2, 2});
    op.weight_path = name + ".weight";
    op.fixed_inputs = {name + ".weight", name + ".bias"};
    op.lists = {{"stride", {1, 1}}, {"padding", {0, 0}}, {"dilation", {1, 1}}};
    op.numbers["groups"] = 1;
    return op;
  }

  Graph& conv(const std::string& name, const std::string& input) {
    layer(name, "conv2d", input);
    return *this;
  }

  Graph& relu(const std::string& name, const std::string& input) {
    add(name, "relu", {input});
    return *this;
  }

  void weight(const std::string& name, const at::Tensor& weight) {
    for (auto& op : view_.operators)
      if (op.name == name) op.weight = weight;
  }

  Graph& output(const std::string& name) {
    view_.outputs.push_back(name);
    ++view_.uses[name];
    return *this;
  }

  [[nodiscard]] QuantPlan plan(const Recipe& recipe = {}, const Backend& backend = {"x86", 8}) const {
    return make_plan(view_, recipe, backend);
  }

 private:
  GraphView view_;
};

Strings site_names(const QuantPlan& plan) {
  Strings names;
  for (const auto& site : plan.sites) names.push_back(site.name);
  return names;
}

const PlannedOperator& find(const QuantPlan& plan, const std::string& name) {
  const auto* op = plan.find(name);
  REQUIRE(op);
  return *op;
}

std::string reason(const QuantPlan& plan, const std::string& name) {
  CHECK_FALSE(find(plan, name).is_static());
  return find(plan, name).reason;
}

std::string grid(const QuantPlan& plan, const std::string& value) {
  return plan.sites.at(plan.grid_of.at(value)).name;
}

Recipe skipping(const std::string& pattern) {
  Recipe recipe;
  recipe.skip = {pattern};
  return recipe;
}

}  // namespace

TEST_CASE("a layer has a grid for its input, its weight and its output") {
  const auto plan = Graph().input("x").conv("conv", "x").output("conv").plan();
  REQUIRE(site_names(plan) == Strings{"conv:input", "conv:weight", "conv:output"});
  CHECK(plan.sites[0].role == SiteRole::kInput);
  CHECK(plan.sites[0].value == "x");
  CHECK(plan.sites[0].scheme == QuantScheme::activation(8, Symmetry::kAffine));
  CHECK(plan.sites[1].role == SiteRole::kWeight);
  CHECK(plan.sites[1].value == "conv.weight");
  CHECK(plan.sites[1].scheme == QuantScheme::weight(8, Granularity::kPerChannel, 0));
  CHECK(plan.sites[2].role == SiteRole::kOutput);
  CHECK(plan.sites[2].value == "conv");
  CHECK(find(plan, "conv").is_static());
  CHECK(find(plan, "conv").weight_site == size_t(1));
  CHECK(find(plan, "conv").output_site == size_t(2));
  CHECK(plan.int8_layers() == 1);
  CHECK(plan.find("nothing") == nullptr);
}

TEST_CASE("a remark names the precision that is neither float nor static") {
  PlannedOperator op;
  op.precision = Precision::kDynamic;
  CHECK(op.remark() == "dynamic");
  op.reason = "7-bit weight";
  CHECK(op.remark() == "dynamic: 7-bit weight");
  op.precision = Precision::kStatic;
  CHECK(op.remark() == "7-bit weight");
}

TEST_CASE("layers whose grids are not static do not count as int8") {
  auto plan = Graph().input("x").conv("conv", "x").output("conv").plan();
  plan.operators[0].precision = Precision::kWeightOnly;
  CHECK(plan.int8_layers() == 0);
}

namespace {

/// An embedding, a convolution, a relu, a linear layer.
Graph reader() {
  Graph graph;
  graph.input("tokens");
  graph.layer("words", "embedding", "tokens").numbers["sparse"] = 0;
  graph.conv("conv", "words").relu("relu", "conv");
  graph.layer("linear", "linear", "relu");
  graph.output("linear");
  return graph;
}

Recipe in_mode(Mode mode) {
  Recipe recipe;
  recipe.mode = mode;
  return recipe;
}

Backend with_tables() { return {.name = "x86", .activation_bits = 7, .int8_tables = true}; }

}  // namespace

TEST_CASE("in mode weight-only weights alone have grids, and no kernel limits them") {
  auto backend = with_tables();
  backend.objection = [](const OperatorView&) { return "the kernel is wrong"; };
  const auto plan = reader().plan(in_mode(Mode::kWeightOnly), backend);
  CHECK(site_names(plan) == Strings{"words:weight", "conv:weight", "linear:weight"});
  CHECK(plan.sites[0].scheme == QuantScheme::weight(8, Granularity::kPerChannel, 0));
  for (const auto* name : {"words", "conv", "linear"})
    CHECK(find(plan, name).precision == Precision::kWeightOnly);
  CHECK(plan.grid_of.empty());
  CHECK(plan.int8_layers() == 0);
  CHECK(plan.has_int8_weights());
}

TEST_CASE("in mode dynamic a linear layer finds the grid of its input when it runs") {
  const auto plan = reader().plan(in_mode(Mode::kDynamic), with_tables());
  CHECK(site_names(plan) == Strings{"words:weight", "conv:weight", "linear:input", "linear:weight"});
  CHECK(find(plan, "linear").precision == Precision::kDynamic);
  CHECK(find(plan, "conv").precision == Precision::kWeightOnly);
  CHECK(plan.sites[2].source == GridSource::kRunTime);
  CHECK(plan.sites[2].value == "relu");
  CHECK(plan.sites[2].scheme.bits() == 7);
  CHECK(plan.grid_of.empty());
  CHECK(plan.int8_layers() == 1);
  auto few_bits = in_mode(Mode::kDynamic);
  few_bits.activation_bits = 4;
  const auto few = reader().plan(few_bits, with_tables());
  CHECK(find(few, "linear").remark() ==
        "dynamic: its input has 7 bits, as kernels that find the grid give it");
}

TEST_CASE("an embedding's table is int8 where the target holds such") {
  const auto plan = reader().plan({}, with_tables());
  CHECK(find(plan, "words").precision == Precision::kWeightOnly);
  CHECK(find(plan, "conv").is_static());
  CHECK(site_names(plan)[1] == "conv:input");
  CHECK(reason(reader().plan(), "words") == "a target holds no tables in int8");
  Graph sparse;
  sparse.input("tokens").layer("words", "embedding", "tokens").numbers["sparse"] = 1;
  sparse.conv("conv", "words");
  CHECK(reason(sparse.plan({}, with_tables()), "words") == "its gradient is sparse");
}

TEST_CASE("a rule gives a layer a mode of its own") {
  Recipe recipe;
  recipe.rules = {{.match = "linear", .mode = Mode::kWeightOnly}};
  const auto plan = reader().plan(recipe, with_tables());
  CHECK(find(plan, "conv").is_static());
  CHECK(find(plan, "linear").precision == Precision::kWeightOnly);
  CHECK_FALSE(plan.grid_of.contains("linear"));
}

TEST_CASE("a relu becomes part of the layer before it") {
  const auto plan = Graph().input("x").conv("conv", "x").relu("relu", "conv").output("relu").plan();
  CHECK(site_names(plan) == Strings{"conv:input", "conv:weight", "conv:output"});
  CHECK(find(plan, "conv").fused_activation == "aten::relu");
  CHECK(find(plan, "conv").output == "relu");
  CHECK(find(plan, "relu").is_static());
  CHECK(find(plan, "relu").fused_into == "conv");
  CHECK(find(plan, "relu").output_site == find(plan, "conv").output_site);
  CHECK(plan.sites[2].value == "relu");
  CHECK(grid(plan, "relu") == "conv:output");
  CHECK_FALSE(plan.grid_of.contains("conv"));
}

TEST_CASE("a relu stays on its own where what lies before it is read elsewhere") {
  const auto plan =
      Graph().input("x").conv("conv", "x").relu("relu", "conv").output("relu").output("conv").plan();
  CHECK(find(plan, "conv").fused_activation.empty());
  CHECK(find(plan, "relu").is_static());
  CHECK(find(plan, "relu").fused_into.empty());
  CHECK(grid(plan, "conv") == "conv:output");
  CHECK(grid(plan, "relu") == "conv:output");
}

TEST_CASE("only one relu is fused") {
  const auto plan = Graph()
                        .input("x")
                        .conv("conv", "x")
                        .relu("relu", "conv")
                        .relu("relu#2", "relu")
                        .output("relu#2")
                        .plan();
  CHECK(find(plan, "relu").fused_into == "conv");
  CHECK(find(plan, "relu#2").fused_into.empty());
  CHECK(grid(plan, "relu#2") == "conv:output");
}

TEST_CASE("a residual block: convolution, add of two int8 tensors, relu") {
  Graph graph;
  graph.input("x").conv("conv1", "x").conv("conv2", "conv1");
  graph.add("add", "add", {"conv2", "conv1"}).numbers["alpha"] = 1;
  const auto plan = graph.relu("relu", "add").output("relu").plan();
  CHECK(site_names(plan) ==
        Strings{"conv1:input", "conv1:weight", "conv1:output", "conv2:weight", "conv2:output", "add:output"});
  CHECK(find(plan, "add").is_static());
  CHECK(find(plan, "add").fused_activation == "aten::relu");
  CHECK(find(plan, "add").output == "relu");
  CHECK(grid(plan, "relu") == "add:output");
}

TEST_CASE("hardtanh is fused where it begins at zero") {
  const auto with_bounds = [](double low, double high) {
    Graph graph;
    graph.input("x").conv("conv", "x");
    auto& clip = graph.add("clip", "hardtanh", {"conv"});
    clip.numbers = {{"min_val", low}, {"max_val", high}};
    return graph.output("clip").plan();
  };
  CHECK(find(with_bounds(0, 6), "conv").fused_activation == "aten::hardtanh");
  const auto alone = with_bounds(-1, 1);
  CHECK(find(alone, "conv").fused_activation.empty());
  CHECK(find(alone, "clip").is_static());
  CHECK(grid(alone, "clip") == "conv:output");
}

TEST_CASE("symmetric activations fuse no clip: their grid does not begin at zero") {
  Recipe recipe;
  recipe.activation_symmetry = Symmetry::kSymmetric;
  const auto plan = Graph().input("x").conv("conv", "x").relu("relu", "conv").output("relu").plan(recipe);
  CHECK(find(plan, "conv").fused_activation.empty());
  CHECK(find(plan, "relu").is_static());
  CHECK(plan.sites[2].scheme == QuantScheme::activation(8, Symmetry::kSymmetric));
}

TEST_CASE("cat and mul of int8 tensors have a grid of their own") {
  Graph graph;
  graph.input("x").conv("conv1", "x").conv("conv2", "x");
  graph.add("cat", "cat", {"conv1", "conv2"});
  graph.add("mul", "mul", {"conv1", "conv2"});
  const auto plan = graph.output("cat").output("mul").plan();
  CHECK(site_names(plan) == Strings{"conv1:input", "conv1:weight", "conv1:output", "conv2:weight",
                                    "conv2:output", "cat:output", "mul:output"});
  CHECK(grid(plan, "x") == "conv1:input");
}

TEST_CASE("operators that move data keep the grid of their input") {
  Graph graph;
  graph.input("x").conv("conv", "x");
  graph.add("pool", "max_pool2d", {"conv"});
  graph.add("mean", "adaptive_avg_pool2d", {"pool"});
  graph.add("flatten", "flatten", {"mean"});
  graph.layer("fc", "linear", "flatten");
  const auto plan = graph.output("fc").plan();
  CHECK(site_names(plan) == Strings{"conv:input", "conv:weight", "conv:output", "fc:weight", "fc:output"});
  for (const char* name : {"pool", "mean", "flatten"}) {
    CHECK(find(plan, name).is_static());
    CHECK(grid(plan, name) == "conv:output");
  }
}

TEST_CASE("a float tensor is no int8 operand: the operator stays float and says so") {
  Graph graph;
  graph.input("x").conv("conv", "x");
  graph.add("add", "add", {"conv", "x"});
  graph.add("flatten", "flatten", {"add"});
  graph.relu("relu", "x");
  const auto plan = graph.output("flatten").output("relu").plan();
  // x has a grid for conv, but the tensor itself is float.
  CHECK(reason(plan, "add") == "its input x is float");
  CHECK(reason(plan, "flatten") == "its input add is float");
  CHECK(reason(plan, "relu") == "its input x is float");
}

TEST_CASE("an unknown operator stays float, and a layer after it quantizes again") {
  Graph graph;
  graph.input("x").conv("conv1", "x");
  graph.add("softmax", "softmax", {"conv1"});
  const auto plan = graph.conv("conv2", "softmax").output("conv2").plan();
  CHECK(reason(plan, "softmax") == "no int8 form of aten::softmax");
  CHECK(site_names(plan) == Strings{"conv1:input", "conv1:weight", "conv1:output", "conv2:input",
                                    "conv2:weight", "conv2:output"});
  CHECK(plan.sites[3].value == "softmax");
}

TEST_CASE("where kernels give float32, what only float reads has no grid") {
  Graph graph;
  graph.input("x").conv("conv", "x").relu("relu", "conv");
  graph.add("flat", "flatten", {"relu"});
  graph.add("norm", "layer_norm", {"flat"});
  graph.conv("read", "norm").conv("last", "read").output("last");
  const auto plan = graph.plan({}, {.name = "plain", .float_outputs = true});
  CHECK_FALSE(find(plan, "conv").output_site);
  CHECK(find(plan, "conv").fused_activation == "aten::relu");
  CHECK(find(plan, "relu").fused_into == "conv");
  CHECK(find(plan, "flat").precision == Precision::kFloat);
  CHECK(find(plan, "flat").reason == "only float operators read it");
  CHECK_FALSE(find(plan, "last").output_site);
  Strings sites;
  for (const auto& site : plan.sites) sites.push_back(site.name);
  CHECK(sites ==
        Strings{"conv:input", "conv:weight", "read:input", "read:weight", "read:output", "last:weight"});
  CHECK(plan.sites[find(plan, "read").output_grid()].name == "read:output");
  CHECK(plan.sites[find(plan, "last").weight_grid()].name == "last:weight");
  CHECK(plan.grid_of == std::map<std::string, size_t>{{"norm", 2}, {"read", 4}, {"x", 0}});
}

TEST_CASE("what only float reads is float, and then what only that has read") {
  Graph graph;
  graph.input("x").input("z").conv("one", "x").conv("two", "x");
  graph.add("cat", "cat", {"one", "two"});
  graph.add("sum", "add", {"cat", "z"});
  graph.add("norm", "layer_norm", {"sum"});
  graph.conv("read", "norm").output("read");
  const auto plan = graph.plan({}, {.name = "plain", .float_outputs = true});
  for (const auto* name : {"cat", "sum"}) CHECK(find(plan, name).precision == Precision::kFloat);
  for (const auto* name : {"one", "two"}) {
    CHECK(find(plan, name).is_static());
    CHECK_FALSE(find(plan, name).output_site);
  }
  Strings sites;
  for (const auto& site : plan.sites) sites.push_back(site.name);
  CHECK(sites == Strings{"one:input", "one:weight", "two:weight", "read:input", "read:weight"});
}

TEST_CASE("a kernel that can do what comes behind a layer does it, once") {
  Graph graph;
  graph.input("x").conv("conv", "x");
  graph.add("gelu", "gelu", {"conv"});
  graph.conv("next", "gelu");
  graph.add("silu", "silu", {"next"});
  graph.output("silu");
  const auto only_gelu = [](const std::string& layer, const OperatorView& next) {
    return layer == "aten::conv2d" && next.kind == "aten::gelu";
  };
  const auto plan = graph.plan({}, {.name = "plain", .fuses = only_gelu});
  CHECK(find(plan, "conv").fused_activation == "aten::gelu");
  CHECK(find(plan, "conv").output == "gelu");
  CHECK(plan.sites[find(plan, "conv").output_grid()].value == "gelu");
  CHECK(find(plan, "gelu").is_static());
  CHECK(find(plan, "gelu").fused_into == "conv");
  CHECK(find(plan, "silu").reason == "no int8 form of aten::silu");
  CHECK(find(graph.plan(), "gelu").reason == "no int8 form of aten::gelu");
}

TEST_CASE("a kernel that adds takes the sum of a residual block, and the relu behind it") {
  Graph graph;
  graph.input("x").conv("stem", "x").conv("conv", "stem");
  graph.add("add", "add", {"conv", "stem"});
  graph.relu("relu", "add").conv("last", "relu").output("last");
  for (auto* name : {"stem", "conv"}) graph.weight(name, at::ones({4, 4, 1, 1}));
  const auto adds = [](const std::string&, const OperatorView& next) { return next.kind == "aten::add"; };
  const auto plan = graph.plan({}, {.name = "plain", .fuses = adds});
  const auto& conv = find(plan, "conv");
  CHECK(conv.fused_sum == "add");
  CHECK(conv.fused_activation == "aten::relu");
  CHECK(conv.output == "relu");
  CHECK(conv.inputs == Strings{"stem", "stem"});
  CHECK(find(plan, "add").fused_into == "conv");
  CHECK(find(plan, "relu").fused_into == "conv");
  CHECK(plan.sites[conv.output_grid()].value == "relu");
  CHECK_FALSE(plan.grid_of.contains("conv"));
}

TEST_CASE("what the recipe skips stays float and says by which pattern") {
  const auto graph =
      Graph().input("x").conv("conv1", "x").relu("relu", "conv1").conv("conv2", "relu").output("conv2");
  auto plan = graph.plan(skipping("conv1"));
  CHECK(reason(plan, "conv1") == "recipe: skip 'conv1'");
  CHECK(reason(plan, "relu") == "its input conv1 is float");
  CHECK(site_names(plan) == Strings{"conv2:input", "conv2:weight", "conv2:output"});
  plan = graph.plan(skipping("relu"));
  CHECK(find(plan, "conv1").fused_activation.empty());
  CHECK(reason(plan, "relu") == "recipe: skip 'relu'");
  CHECK(site_names(plan).at(3) == "conv2:input");
}

TEST_CASE("layers stay float where the weight is no float32 parameter, or the bias is computed") {
  Graph graph;
  graph.input("x").conv("conv", "x");
  graph.layer("computed", "linear", "conv").weight = at::Tensor();
  graph.layer("half", "linear", "conv").weight = at::ones({2, 2}, at::kHalf);
  graph.layer("biased", "linear", "conv").inputs.push_back("x");
  graph.layer("looped", "conv2d", "conv").in_control_flow = true;
  graph.layer("padded", "conv2d", "conv").lists.erase("padding");
  graph.layer("strided", "conv2d", "conv").lists.erase("stride");
  graph.layer("linear", "linear", "conv").lists.clear();
  const auto plan = graph.plan();
  CHECK(reason(plan, "computed") == "its weight is computed, not a parameter");
  CHECK_THAT(reason(plan, "half"), contains("Half"));
  CHECK(reason(plan, "biased") == "its bias is computed, not a parameter");
  CHECK(reason(plan, "looped") == "inside an if or a loop");
  CHECK(reason(plan, "padded") == "its padding is computed, or not the same on both sides");
  CHECK(reason(plan, "strided") == "its stride, dilation or groups are computed");
  CHECK(find(plan, "linear").is_static());
}

TEST_CASE("operators that int8 kernels cannot spell stay float") {
  Graph graph;
  graph.input("x").conv("conv", "x").conv("other", "x");
  graph.add("shift", "add", {"conv"}).numbers["other"] = 3;
  graph.add("scaled", "add", {"conv", "other"}).numbers["alpha"] = 2;
  graph.add("gate", "mul", {"conv", "other"}).fixed_inputs = {"gamma"};
  graph.add("pad0", "constant_pad_nd", {"conv"}).numbers["value"] = 0;
  graph.add("pad1", "constant_pad_nd", {"conv"}).numbers["value"] = 1;
  graph.add("pad?", "constant_pad_nd", {"conv"});
  graph.add("cast", "mean", {"conv"}).numbers["dtype"] = 7;
  const auto plan = graph.plan();
  CHECK(reason(plan, "shift") == "its other operand is a number");
  CHECK(reason(plan, "scaled") == "it scales its second operand");
  CHECK(reason(plan, "gate") == "reads the parameter gamma");
  CHECK(find(plan, "pad0").is_static());
  CHECK(reason(plan, "pad1") == "it pads with another value than 0");
  CHECK(reason(plan, "cast") == "it changes the type");
  CHECK(reason(plan, "pad?") == "it pads with another value than 0");
}

TEST_CASE("a transposed convolution has one scale for its weight, and the plan says why") {
  Graph graph;
  graph.input("x").layer("up", "conv_transpose2d", "x");
  const auto plan = graph.output("up").plan();
  CHECK(find(plan, "up").is_static());
  CHECK_THAT(find(plan, "up").reason, contains("one scale for the whole weight"));
  CHECK(plan.sites[1].scheme == QuantScheme::weight(8, Granularity::kPerTensor, 1));

  Recipe recipe;
  recipe.weight_granularity = Granularity::kPerTensor;
  CHECK(find(graph.plan(recipe), "up").reason.empty());
}

TEST_CASE("a backend that takes 7 bits narrows activations, not weights") {
  const auto graph = Graph().input("x").conv("conv", "x").output("conv");
  const auto plan = graph.plan({}, {"fbgemm", 7});
  CHECK(plan.sites[0].scheme.bits() == 7);
  CHECK(plan.sites[1].scheme.bits() == 8);
  CHECK(plan.sites[2].scheme.bits() == 7);
  Recipe recipe;
  recipe.activation_bits = 4;
  CHECK(graph.plan(recipe, {"fbgemm", 7}).sites[0].scheme.bits() == 4);
}

TEST_CASE("what the backend objects to stays float, what it narrows has 7 bits") {
  Backend backend{"fbgemm", 8};
  backend.objection = [](const OperatorView& view) {
    return std::string(view.kind == "aten::linear" ? "no linear today" : "");
  };
  backend.needs_7_bit_weight = [](const OperatorView& view) {
    return std::string(view.name == "wide" ? "pairs could overflow" : "");
  };
  Graph graph;
  graph.input("x").conv("wide", "x").conv("narrow", "wide").layer("fc", "linear", "narrow");
  const auto plan = graph.output("fc").plan({}, backend);
  CHECK(reason(plan, "fc") == "no linear today");
  CHECK(find(plan, "wide").reason == "pairs could overflow");
  CHECK(plan.sites.at(*find(plan, "wide").weight_site).scheme.bits() == 7);
  CHECK(plan.sites.at(*find(plan, "narrow").weight_site).scheme.bits() == 8);
  Recipe recipe;
  recipe.weight_bits = 4;
  CHECK(find(graph.plan(recipe, backend), "wide").reason.empty());
}

TEST_CASE("where zero points must be in the middle they are, and kernels clip all the same") {
  Backend backend{"x86", 8};
  backend.symmetric_activations = true;
  Graph graph;
  graph.input("x").conv("conv", "x").relu("relu", "conv");
  graph.add("share", "sigmoid", {"relu"});
  graph.add("signed", "tanh", {"relu"});
  const auto plan = graph.output("share").output("signed").plan({}, backend);
  for (const auto& site : plan.sites)
    if (site.source == GridSource::kSolved) CHECK(site.scheme.symmetry() == Symmetry::kSymmetric);
  CHECK(find(plan, "relu").fused_into == "conv");
  CHECK(reason(plan, "share") == "its kernel has a zero point of its own, and a target wants the middle");
  CHECK(find(plan, "signed").is_static());
}

TEST_CASE("behind a fixed grid of 8 bits, where activations should have 7, the weight has 7") {
  Graph graph;
  graph.input("x").conv("first", "x");
  graph.add("gate", "sigmoid", {"first"});
  graph.conv("second", "gate");
  const auto plan = graph.output("second").plan({}, {"fbgemm", 7});
  CHECK(plan.sites.at(*find(plan, "first").weight_site).scheme.bits() == 8);
  CHECK(plan.sites.at(*find(plan, "gate").output_site).scheme.bits() == 8);
  CHECK(plan.sites.at(*find(plan, "second").weight_site).scheme.bits() == 7);
  CHECK_THAT(find(plan, "second").reason, contains("its input is the 8-bit gate"));
  CHECK(find(graph.plan({}, {"x86", 8}), "second").reason.empty());
}

TEST_CASE("rules set bits and calibrator of single sites") {
  Recipe recipe;
  Rule rule;
  rule.match = "conv2";
  rule.weight_bits = 4;
  rule.activation_bits = 6;
  rule.calibrator = Calibrator::kEntropy;
  recipe.rules = {rule};
  const auto plan = Graph().input("x").conv("conv1", "x").conv("conv2", "conv1").output("conv2").plan(recipe);
  REQUIRE(site_names(plan).at(4) == "conv2:output");
  CHECK(plan.sites[1].scheme.bits() == 8);
  CHECK(plan.sites[2].calibrator == Calibrator::kMse);
  CHECK(plan.sites[3].scheme.bits() == 4);
  CHECK(plan.sites[4].scheme.bits() == 6);
  CHECK(plan.sites[4].calibrator == Calibrator::kEntropy);
}

TEST_CASE("what no int8 operator reads has all bits of the backend, however few the rest has") {
  Graph graph;
  graph.input("x").conv("conv", "x").conv("both", "conv");
  graph.add("pool", "adaptive_avg_pool2d", {"both"});
  graph.conv("read", "both").conv("float", "pool").relu("relu", "read");
  graph.output("float").output("relu");
  Recipe recipe = skipping("float");
  const auto bits = [&](const Recipe& asked, const std::string& op, int64_t most = 8) {
    const auto plan = graph.plan(asked, {"x86", most});
    return plan.sites.at(*find(plan, op).output_site).scheme.bits();
  };
  recipe.activation_bits = 4;
  CHECK(bits(recipe, "conv") == 4);
  CHECK(bits(recipe, "both") == 4);  // one of its two readers is int8
  CHECK(bits(recipe, "read") == 8);  // the model returns it, clipped
  CHECK(bits(recipe, "read", 7) == 7);
  recipe.skip.push_back("read");
  CHECK(bits(recipe, "both") == 8);  // the pool keeps its grid, and a float operator reads that
}

TEST_CASE("a rule for a tensor that only float reads sets its bits; one for all is no such rule") {
  const auto graph = Graph().input("x").conv("conv", "x").output("conv");
  Recipe recipe;
  recipe.rules = {{.match = "*", .activation_bits = 4}};
  CHECK(graph.plan(recipe).sites.at(0).scheme.bits() == 4);
  CHECK(graph.plan(recipe).sites.at(2).scheme.bits() == 8);
  recipe.rules = {{.match = "conv", .activation_bits = 4}};
  CHECK(graph.plan(recipe).sites.at(2).scheme.bits() == 4);
}

TEST_CASE("hardsigmoid's grid is the kernel's, whatever the recipe says") {
  Recipe recipe;
  recipe.activation_bits = 4;
  recipe.activation_symmetry = Symmetry::kSymmetric;
  Graph graph;
  graph.input("x").conv("conv", "x");
  graph.add("gate", "hardsigmoid", {"conv"});
  graph.add("curve", "hardswish", {"conv"});
  const auto plan = graph.conv("next", "curve").output("gate").output("next").plan(recipe);
  const auto& gate = plan.sites.at(plan.grid_of.at("gate"));
  CHECK(gate.source == GridSource::kFixed);
  CHECK(gate.fixed == FixedGrid{1.0 / 256, 0});
  CHECK(gate.scheme == QuantScheme::activation(8, Symmetry::kAffine));
  const auto& curve = plan.sites.at(plan.grid_of.at("curve"));
  CHECK(curve.source == GridSource::kSolved);
  CHECK(curve.scheme == QuantScheme::activation(4, Symmetry::kSymmetric));
}

TEST_CASE("a model where nothing can be int8 is refused, with the reasons") {
  const auto refusal = [](const Graph& graph, const Recipe& recipe) {
    try {
      (void)graph.plan(recipe);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::kUnquantizable);
      return error.complaint().got;
    }
    return std::string("no error");
  };
  CHECK(refusal(Graph().input("x").relu("relu", "x").output("relu"), {}) ==
        "1 operators, no convolution or linear layer");
  CHECK(refusal(Graph().input("x").conv("conv", "x").output("conv"), skipping("conv")) ==
        "conv: recipe: skip 'conv'");
}

TEST_CASE("a rule that matches nothing is refused before anything else") {
  CHECK_THROWS_AS(Graph().input("x").conv("conv", "x").plan(skipping("convv")), Error);
}

TEST_CASE("what is changed in place stays float") {
  Graph graph;
  graph.input("x").layer("conv", "conv2d", "x").changed_by = "aten::add_ at net.py:3";
  graph.relu("relu", "conv").conv("last", "relu").output("last");
  const auto plan = graph.plan();
  CHECK(plan.find("conv")->reason == "its input or result is changed in place by aten::add_ at net.py:3");
  CHECK_FALSE(plan.find("relu")->is_static());
  CHECK(plan.find("last")->is_static());
}
