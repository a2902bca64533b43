#include "plan/shared_grids.h"

#include <algorithm>
#include <array>
#include <map>

namespace qtool {
namespace {

/// Operators whose result holds values of several inputs side by side.
constexpr std::array kJoins = {"aten::cat",           "aten::stack",          "aten::hstack",
                               "aten::vstack",        "aten::where",          "aten::masked_fill",
                               "aten::index_put",     "aten::masked_scatter", "aten::slice_scatter",
                               "aten::select_scatter"};

bool is_join(const std::string& kind) {
  return std::any_of(kJoins.begin(), kJoins.end(), [&](const char* join) { return kind == join; });
}

bool keeps_values(const PlannedOperator& op) {
  const auto* row = find_operator(op.kind);
  return row && (row->operator_class == OperatorClass::kMove || row->operator_class == OperatorClass::kPool ||
                 row->operator_class == OperatorClass::kClip);
}

class Search {
 public:
  explicit Search(const QuantPlan& plan) : plan_(plan) {
    for (const auto& op : plan.operators) makers_[op.name] = &op;
  }

  std::vector<SharedGrid> run() const {
    std::vector<SharedGrid> found;
    for (const auto& op : plan_.operators)
      if (op.is_static() && (is_join(op.kind) || op.kind == "aten::add"))
        found.push_back({op.output_grid(), op.name, op.inputs, {op.name}});
    for (size_t i = 0; i < plan_.sites.size(); ++i)
      if (plan_.sites[i].role == SiteRole::kInput && plan_.sites[i].is_calibrated())
        if (const auto* join = join_behind(plan_.sites[i].value))
          found.push_back({i, join->name, join->inputs, readers_of(i)});
    return found;
  }

 private:
  /// The join that `value` comes from, perhaps by way of operators that move or clip values; null: it comes from none.
  const PlannedOperator* join_behind(std::string value) const {
    for (;;) {
      const auto maker = makers_.find(value);
      if (maker == makers_.end()) return nullptr;
      const auto& op = *maker->second;
      if (is_join(op.kind)) return &op;
      if (!keeps_values(op) || op.inputs.empty()) return nullptr;
      value = op.inputs[0];
    }
  }

  std::vector<std::string> readers_of(size_t site) const {
    std::vector<std::string> readers;
    for (const auto& op : plan_.operators)
      if (op.is_static() && std::any_of(op.inputs.begin(), op.inputs.end(), [&](const auto& input) {
            const auto grid = plan_.grid_of.find(input);
            return grid != plan_.grid_of.end() && grid->second == site;
          }))
        readers.push_back(op.name);
    return readers;
  }

  const QuantPlan& plan_;
  std::map<std::string, const PlannedOperator*> makers_;
};

}  // namespace

std::vector<SharedGrid> shared_grids(const QuantPlan& plan) { return Search(plan).run(); }

}  // namespace qtool
