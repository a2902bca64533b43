#include "improve/scaling_groups.h"

#include <algorithm>
#include <array>

namespace qtool {
namespace {

constexpr std::array kPassFactorsOn = {
    "aten::relu",       "aten::leaky_relu",          "aten::max_pool1d",
    "aten::max_pool2d", "aten::adaptive_avg_pool2d", "aten::avg_pool2d",
    "aten::dropout",    "aten::upsample_nearest2d",  "aten::upsample_bilinear2d"};

bool is_convolution(const OperatorView& op) {
  return op.kind == "aten::conv1d" || op.kind == "aten::conv2d" || op.kind == "aten::conv3d";
}
bool is_layer(const OperatorView& op) { return is_convolution(op) || op.kind == "aten::linear"; }

double number(const OperatorView& op, const std::string& name, double otherwise) {
  const auto found = op.numbers.find(name);
  return found == op.numbers.end() ? otherwise : found->second;
}

/// Follows what a producer makes.
class GroupSearch {
 public:
  GroupSearch(const GraphView& graph, const QuantPlan& plan, const OperatorView& producer)
      : graph_(graph), plan_(plan) {
    group_.producer = producer.name;
    group_.channels_last = !is_convolution(producer);
    closed_ = !producer.in_control_flow && follow(producer.name) && !group_.readers.empty();
  }
  [[nodiscard]] std::optional<ScalingGroup> group() && {
    return closed_ ? std::optional(std::move(group_)) : std::nullopt;
  }

 private:
  /// Whether all that reads the value takes factors.
  bool follow(const std::string& value) {
    group_.values.push_back(value);
    int readers = 0;
    for (const auto& op : graph_.operators) {
      const auto times = std::count(op.inputs.begin(), op.inputs.end(), value);
      if (times == 0) continue;
      readers += static_cast<int>(times);
      if (op.in_control_flow || !op.changed_by.empty() || op.inputs[0] != value || !takes_factors(op))
        return false;
      if (is_layer(op) && group_.channels.empty()) group_.channels = value;
    }
    const auto uses = graph_.uses.find(value);
    return uses != graph_.uses.end() && uses->second == readers && readers > 0;
  }

  bool takes_factors(const OperatorView& op) {
    if (is_layer(op)) {
      const auto* planned = plan_.find(op.name);
      const bool is_quantized = planned && planned->weight_site && planned->precision != Precision::kFloat;
      group_.readers.push_back(op.name);
      return is_quantized && is_convolution(op) != group_.channels_last;
    }
    if (op.kind == "aten::hardtanh" && number(op, "min_val", -1) == 0) {
      group_.clip = std::min(group_.clip.value_or(number(op, "max_val", 0)), number(op, "max_val", 0));
      return follow(op.name);
    }
    const bool passes =
        std::find(kPassFactorsOn.begin(), kPassFactorsOn.end(), op.kind) != kPassFactorsOn.end();
    const bool pads_zeros = op.kind == "aten::constant_pad_nd" && number(op, "value", 0) == 0;
    const bool keeps_channels =
        !group_.channels_last || op.kind == "aten::relu" || op.kind == "aten::leaky_relu";
    return (passes || pads_zeros) && keeps_channels && follow(op.name);
  }

  const GraphView& graph_;
  const QuantPlan& plan_;
  ScalingGroup group_;
  bool closed_ = false;
};

/// The layers that read the value in int8; none where something else does, or they cannot all be found.
std::vector<std::string> linear_readers(const GraphView& graph, const QuantPlan& plan,
                                        const std::string& value) {
  std::vector<std::string> readers;
  for (const auto& op : graph.operators) {
    const auto* planned = plan.find(op.name);
    const auto times = std::count(op.inputs.begin(), op.inputs.end(), value);
    if (times == 0 || !planned || !planned->is_static()) continue;
    if (times > 1 || op.kind != "aten::linear" || op.in_control_flow || op.inputs[0] != value) return {};
    readers.push_back(op.name);
  }
  return readers;
}

}  // namespace

std::vector<ScalingGroup> product_groups(const GraphView& graph, const QuantPlan& plan) {
  std::vector<ScalingGroup> groups;
  for (const auto& site : plan.sites) {
    if (site.role != SiteRole::kInput || !site.is_calibrated()) continue;
    const auto source = std::find_if(graph.operators.begin(), graph.operators.end(),
                                     [&](const OperatorView& op) { return op.name == site.value; });
    if (source == graph.operators.end() || source->in_control_flow) continue;
    const auto readers = linear_readers(graph, plan, site.value);
    if (readers.empty()) continue;
    groups.push_back({.producer = "",
                      .values = {site.value},
                      .channels = site.value,
                      .channels_last = true,
                      .readers = readers,
                      .clip = {}});
  }
  return groups;
}

std::vector<ScalingGroup> scaling_groups(const GraphView& graph, const QuantPlan& plan, bool norms) {
  std::vector<ScalingGroup> groups;
  for (const auto& op : graph.operators) {
    const bool is_norm = op.kind == "aten::layer_norm" && op.weight.defined() && op.weight.dim() == 1;
    if (!(norms ? is_norm : is_layer(op) && op.weight.defined())) continue;
    if (auto group = GroupSearch(graph, plan, op).group()) groups.push_back(*std::move(group));
  }
  return groups;
}

}  // namespace qtool
