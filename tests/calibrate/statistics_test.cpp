#include "calibrate/statistics.h"

#include "catch.h"
#include "data/files.h"
#include "observed.h"

using namespace qtool;

namespace {

SiteStatistics batches_of(int64_t batches, int64_t widened_at) {
  auto site = observed({0.0F, 1.0F});
  site.batches = batches;
  site.widened_at_batch = widened_at;
  return site;
}

std::vector<std::string> warnings_of(const SiteStatistics& site) {
  return examine({.model_sha256 = "", .samples = 0, .sites = {site}});
}

Statistics run_over(const std::vector<float>& values, const std::string& model = "abc") {
  return {.model_sha256 = model, .samples = 10, .sites = {observed(values)}};
}

}  // namespace

TEST_CASE("what came later is added to what came before") {
  auto first = observed({-1.0F, 4.0F});
  first.channel_lows = {0, 1};
  first.channel_highs = {2, 3};
  auto second = observed({-2.0F, 3.0F});
  second.channel_lows = {-1, 2};
  second.channel_highs = {1, 5};
  merge(first, second);
  CHECK(first.batches == 2);
  CHECK(first.values == 4);
  CHECK(first.low == -2);
  CHECK(first.high == 4);
  CHECK(first.sum_of_lows == -3);
  CHECK(first.sum_of_highs == 7);
  CHECK(first.widened_at_batch == 1);  // from 5 to 6: by less than a quarter
  CHECK(first.channel_lows == std::vector<float>{-1, 1});
  CHECK(first.channel_highs == std::vector<float>{2, 5});
  CHECK(same(first.histogram, histogram_of(std::vector<float>{-1, 4, -2, 3})));
}

TEST_CASE("merging with nothing changes nothing") {
  auto site = observed({-1.0F, 4.0F});
  site.channel_lows = {1};
  site.channel_highs = {2};
  const auto before = site;
  SiteStatistics nothing;
  nothing.site = site.site;
  merge(site, nothing);
  CHECK(same(site, before));
  merge(nothing, site);
  CHECK(same(nothing, before));
}

TEST_CASE("runs over different data add up") {
  const auto total = merge({run_over({1, 2}), run_over({3}), run_over({-1})}, {"a", "b", "c"});
  CHECK(total.samples == 30);
  CHECK(total.sites[0].values == 4);
  CHECK(total.sites[0].low == -1);
  CHECK(same(total.sites[0].histogram, histogram_of(std::vector<float>{1, 2, 3, -1})));
}

TEST_CASE("runs of different models or sites do not add up") {
  const auto models = message_of([] {
    (void)merge({run_over({1}), run_over({1}, "def")}, {"a.json", "b.json"});
  });
  CHECK_THAT(models, contains("two calibration files are of different models"));
  CHECK_THAT(models, contains("b.json"));
  CHECK_THAT(models, contains("as in a.json: model abc"));
  auto other = run_over({1});
  other.sites[0].site = "fc:output";
  CHECK_THAT(message_of([&] {
               (void)merge({run_over({1}), other}, {"a.json", "b.json"});
             }),
             contains("two calibration files have different sites"));
}

TEST_CASE("a site that saw nothing is named") {
  SiteStatistics site;
  site.site = "conv:output";
  REQUIRE(warnings_of(site).size() == 1);
  CHECK(warnings_of(site)[0] == "conv:output: saw no values; the data never reaches it");
}

TEST_CASE("a constant tensor is named") {
  REQUIRE(warnings_of(observed({2.0F, 2.0F})).size() == 1);
  CHECK_THAT(warnings_of(observed({2.0F, 2.0F}))[0], contains("conv:output: is constant (2"));
}

TEST_CASE("a range that widened in the last quarter of the batches had not settled") {
  CHECK(warnings_of(batches_of(8, 6)).empty());
  REQUIRE(warnings_of(batches_of(8, 7)).size() == 1);
  CHECK(
      warnings_of(batches_of(8, 7))[0] ==
      "conv:output: its range still widened by over a quarter in batch 7 of 8; use more calibration samples");
  CHECK(warnings_of(batches_of(3, 3)).empty());  // too few batches to say
}

TEST_CASE("dead channels are counted and listed") {
  auto site = observed({0.0F, 1.0F});
  site.channel_lows = {0, 0, 0, 1};
  site.channel_highs = {1, 0, 2, 1};
  REQUIRE(warnings_of(site).size() == 1);
  CHECK(warnings_of(site)[0] ==
        "conv:output: 2 of 4 channels never change (1, 3): dead channels, or too little data");
  site.channel_highs = {1, 2, 2, 2};
  CHECK(warnings_of(site).empty());
}
