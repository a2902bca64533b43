#include "improve/scaling_groups.h"

#include "catch.h"
#include "small_net.h"

using namespace qtool;

namespace {

std::vector<ScalingGroup> groups_of(const SmallNet& net, bool norms = false) {
  const auto solution = prepare(build(net), noise(net.input, 5));
  return scaling_groups(view(solution.model), solution.plan, norms);
}

}  // namespace

TEST_CASE("a group is what a layer makes up to the layers that read it") {
  const std::vector<std::pair<std::string, std::vector<int64_t>>> weights = {
      {"w1", {4, 3, 1, 1}}, {"w2", {4, 1, 3, 3}}, {"w3", {2, 4, 1, 1}}};
  auto groups = groups_of({"return torch.conv2d(torch.relu(torch.conv2d(x, w1)), w3)", weights});
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].producer == "conv2d");
  CHECK(groups[0].values == std::vector<std::string>{"conv2d", "relu"});
  CHECK(groups[0].channels == "relu");
  CHECK(groups[0].readers == std::vector<std::string>{"conv2d#2"});
  CHECK(!groups[0].clip);
  groups = groups_of(
      {"h = torch.hardtanh(torch.conv2d(x, w1), 0., 6.); return torch.conv2d(torch.conv2d(h, w2, None, "
       "[1, 1], [1, 1], [1, 1], 4), w3)",
       weights});
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].clip == 6);
  CHECK(!groups[1].clip);
}

TEST_CASE("there is no group where something else reads the values, or is no line through zero") {
  const std::vector<std::pair<std::string, std::vector<int64_t>>> weights = {{"w1", {4, 3, 1, 1}},
                                                                             {"w3", {4, 4, 1, 1}}};
  CHECK(groups_of({"h = torch.relu(torch.conv2d(x, w1)); return torch.conv2d(h, w3) + h", weights}).empty());
  CHECK(groups_of({"return torch.conv2d(torch.gelu(torch.conv2d(x, w1)), w3)", weights}).empty());
  CHECK(
      groups_of({"return torch.conv2d(torch.hardtanh(torch.conv2d(x, w1), -1., 1.), w3)", weights}).empty());
  CHECK(groups_of({"return torch.relu(torch.conv2d(x, w1))", weights}).empty());
}

TEST_CASE("behind a layer norm a group is of the last axis, and so are products that no producer can take") {
  const std::vector<std::pair<std::string, std::vector<int64_t>>> weights = {
      {"gain", {8}}, {"beta", {8}}, {"w1", {4, 8}}, {"w2", {4, 8}}};
  const SmallNet net{
      "n = torch.layer_norm(x, [8], gain, beta); return torch.linear(n, w1) + torch.linear(n, w2)",
      weights,
      {16, 8}};
  CHECK(groups_of(net).empty());
  const auto norms = groups_of(net, true);
  REQUIRE(norms.size() == 1);
  CHECK(norms[0].producer == "layer_norm");
  CHECK(norms[0].channels_last);
  CHECK(norms[0].readers == std::vector<std::string>{"linear", "linear#2"});

  const auto products = [&](const std::string& body) {
    const auto solution = prepare(build({body, weights, {16, 8}}), noise({16, 8}, 5));
    return product_groups(view(solution.model), solution.plan);
  };
  const auto behind = products("return torch.linear(torch.gelu(x), w1)");
  REQUIRE(behind.size() == 1);
  CHECK(behind[0].producer.empty());
  CHECK(behind[0].values == std::vector<std::string>{"gelu"});
  CHECK(products("return torch.linear(x, w1)").empty());  // an input of the model
}
