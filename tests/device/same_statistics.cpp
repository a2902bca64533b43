#include "same_statistics.h"

#include "calibrate/statistics_file.h"
#include "data/files.h"
#include "gpu.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

namespace qtool {

void check_same_statistics(const std::string& path, const std::string& expected_path) {
  if (gpu_rounds_as_cpu()) {
    CHECK((get(path) == get(expected_path)));
    return;
  }
  const auto ours = read_statistics(path), expected = read_statistics(expected_path);
  REQUIRE(ours.sites.size() == expected.sites.size());
  for (size_t i = 0; i < ours.sites.size(); ++i) {
    const auto &site = ours.sites[i], &other = expected.sites[i];
    INFO(other.site);
    CHECK(site.values == other.values);
    CHECK(site.not_finite == other.not_finite);
    const double rounding = 1e-5 * (other.high - other.low);
    CHECK(site.low == Approx(other.low).margin(rounding));
    CHECK(site.high == Approx(other.high).margin(rounding));
  }
}

}  // namespace qtool
