#pragma once
#include <memory>
#include <vector>

#include "graph/model.h"
#include "plan/plan.h"

namespace qtool {

/// What a site of a simulated model does to its values.
enum class SiteMode {
  kFloat,  ///< nothing
  /// Holds them where its grid is no farther away than half a step. Done by a grid thousands of times as fine, whose
  /// own rounding does not count.
  kClipped,
  kRounded  ///< puts them on its grid, as int8 does
};

/// Switches the sites of a model that simulate() made, each by itself, so that many mixtures of float and int8 are
/// tried without making a model for each. The model is changed, and must live as long.
class SiteSwitches {
 public:
  SiteSwitches(const Model& simulated, const QuantPlan& plan);
  ~SiteSwitches();
  SiteSwitches(const SiteSwitches&) = delete;
  SiteSwitches& operator=(const SiteSwitches&) = delete;

  void set(size_t site, SiteMode mode);
  void set_all(SiteMode mode);

 private:
  struct Switch;
  std::vector<Switch> switches_;
};

}  // namespace qtool
