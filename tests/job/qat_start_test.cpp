#include "job/qat_start.h"

#include <algorithm>

#include "catch.h"
#include "graph/read/read_model.h"
#include "job/workplace.h"

using namespace qtool;

TEST_CASE("known grids win where they have the scheme of the plan") {
  auto solved = prepare(build(small_classifier()), noise({8, 3, 7, 7}, 1));
  REQUIRE(solved.plan.sites.size() > 1);
  const auto first = solved.plan.sites[0];
  const auto second_scales = solved.qparams[1].scales();
  REQUIRE(first.role != SiteRole::kWeight);
  const double scale = solved.qparams[0].scale();
  const QParams known(first.scheme, 2 * scale, 3);

  SECTION("the same scheme") {
    const auto started = with_known_grids(std::move(solved), {{first.name, known}, {"nobody:output", known}});
    CHECK(started.qparams[0].scale() == 2 * scale);
    CHECK(started.qparams[0].zero_point() == 3);
    CHECK(started.qparams[1].scales().equal(second_scales));
  }
  SECTION("another scheme") {
    const auto& sites = solved.plan.sites;
    const auto weight = std::find_if(sites.begin(), sites.end(),
                                     [](const Site& site) { return site.role == SiteRole::kWeight; });
    const auto of_weight = weight->scheme;
    const auto started =
        with_known_grids(std::move(solved), {{first.name, QParams(of_weight, 2 * scale, 0)}});
    CHECK(started.qparams[0].scale() == scale);
  }
}

TEST_CASE("a network of the zoo has its float model in the folder once it is trained") {
  const TemporaryFolder folder;
  QatOptions options;
  options.model = "zoo:lenet";
  options.output = folder.path();
  const auto trained = build({"return torch.relu(torch.linear(x, w)) * 3", {{"w", {5, 4}}}});
  auto begun = build({"return torch.relu(torch.linear(x, w))", {{"w", {5, 4}}}});
  auto quantization = begin_quantization(std::move(begun), {}, Recipe(), {&libtorch_target()}, Engine::kAuto);
  adopt_trained_float(quantization, trained, options);
  const auto x = noise({2, 4}, 1);
  auto written = read_model(folder / "model.float.pt");
  CHECK(written.forward({x}).at(0).equal(quantization.original.forward({x}).at(0)));
  CHECK(quantization.file.bytes == int64_t(std::filesystem::file_size(folder / "model.float.pt")));
  CHECK(quantization.file.sha256.size() == 64);
}
