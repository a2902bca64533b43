#include "report/job/judge.h"

#include "report/markdown_table.h"

namespace qtool {
namespace {

constexpr double kRounding = 1e-9;

}  // namespace

GateResult judge(const GateBound& bound, double limit, std::optional<double> value) {
  GateResult gate{.name = bound.name, .limit = limit, .value = value};
  const std::string limit_text = fixed(limit, bound.digits) + bound.unit;
  if (!value) {
    gate.text = bound.what + " was not measured (limit " + limit_text + ")";
    return gate;
  }
  gate.passed = bound.is_upper ? *value <= limit + kRounding : *value >= limit - kRounding;
  const char* relation =
      bound.is_upper ? (gate.passed ? "at most " : "above ") : (gate.passed ? "at least " : "below ");
  gate.text = bound.what + " " + fixed(*value, bound.digits) + bound.unit + " is " + relation + limit_text;
  return gate;
}

}  // namespace qtool
