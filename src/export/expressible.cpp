#include "export/expressible.h"

#include <algorithm>

#include "base/error.h"

namespace qtool {
namespace {

std::string source_of(const GraphView& graph, const std::string& name) {
  const auto op = std::find_if(graph.operators.begin(), graph.operators.end(),
                               [&](const OperatorView& view) { return view.name == name; });
  return op == graph.operators.end() || op->source.empty() ? "" : " (" + op->source + ")";
}

std::string choice(std::span<const Precision> precisions) {
  std::vector<std::string> names;
  for (const auto precision : precisions) names.push_back(to_string(precision));
  return join(names, " or ");
}

}  // namespace

std::vector<std::string> objections_of(const Target& target, const Model& canonical, const GraphView& graph,
                                       const QuantPlan& plan) {
  std::vector<std::string> objections;
  if (target.objections) objections = target.objections(canonical);
  const auto& can = target.precisions;
  for (const auto& op : plan.operators)
    if (std::find(can.begin(), can.end(), op.precision) == can.end())
      objections.push_back(op.kind + " " + op.name + source_of(graph, op.name) + " is planned as " +
                           to_string(op.precision) + ", it can be " + choice(can));
  return objections;
}

void check_expressible(const std::vector<const Target*>& targets, const Model& canonical,
                       const GraphView& graph, const QuantPlan& plan) {
  constexpr size_t kShown = 5;
  for (const auto* target : targets) {
    auto objections = objections_of(*target, canonical, graph, plan);
    if (objections.empty()) continue;
    const auto count = objections.size();
    objections.resize(std::min(count, kShown));
    if (count > kShown) objections.push_back("and " + std::to_string(count - kShown) + " more");
    throw Error(
        ErrorKind::kUnquantizable,
        {.what = "the target " + std::string(target->name) + " cannot hold this model",
         .where = "--target",
         .got = join(objections, "; "),
         .expected = "operators that a file of " + std::string(target->name) + " can have",
         .fix = "choose another target; qtool inspect MODEL --target NAME,... says what each cannot hold"});
  }
}

}  // namespace qtool
