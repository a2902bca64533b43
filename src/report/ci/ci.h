#pragma once
/// Gates in the forms that CI services read.
#include <string>
#include <vector>

#include "base/names.h"
#include "options/options.h"
#include "report/job/report.h"

namespace qtool {

enum class Annotations { kNone, kGithub };
template <>
struct Names<Annotations> {
  static constexpr const char* kind = "form of annotations";
  static constexpr NamedValue<Annotations> table[] = {
      {Annotations::kNone, "none", "no annotations"},
      {Annotations::kGithub, "github", "workflow commands of GitHub Actions"}};
};

struct CiOptions {
  std::string junit = {};  ///< file
  Annotations annotations = Annotations::kNone;
};

template <class Visitor>
void describe(Visitor& v, CiOptions& o) {
  v.field("junit", o.junit, "write the gates to this file as JUnit XML", path_field);
  v.field("annotations", o.annotations, "print the gates in a form that CI shows beside the change");
}

/// One test suite with a test case for each gate. Well-formed whatever the texts hold.
[[nodiscard]] std::string to_junit(const std::string& suite, const std::vector<GateResult>& gates);

/// A line for each gate: `::error title=qtool max_drop::...` where it failed, `::warning` where it passed within noise,
/// `::notice` where it passed.
[[nodiscard]] std::string github_annotations(const std::vector<GateResult>& gates);

}  // namespace qtool
