#include "measure/chosen_metric.h"

#include <algorithm>
#include <sstream>

#include "base/error.h"
#include "measure/answer_shapes.h"
#include "measure/classes.h"

namespace qtool {
namespace {

constexpr const char* kFlag = "--metric";

const MetricKind* find(const std::string& name) {
  const auto rows = metrics();
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const MetricKind& kind) { return kind.info.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

/// Of the metrics that say how good a model is, not how like another one.
std::vector<std::string> names_to_choose() {
  std::vector<std::string> names;
  for (const auto& kind : metrics())
    if (kind.info.against != Against::kReference) names.push_back(kind.info.name);
  return names;
}

std::string type_and_shape(const at::Tensor& tensor) {
  std::ostringstream text;
  text << tensor.toString() << tensor.sizes();
  return text.str();
}

[[noreturn]] void refuse(const std::string& name, const std::string& got, const std::string& expected) {
  throw Error(ErrorKind::kUsage, {.what = "the metric '" + name + "' does not apply",
                                  .where = kFlag,
                                  .got = got,
                                  .expected = expected,
                                  .fix = "leave --metric out: the first metric that applies is taken"});
}

[[noreturn]] void say_why_not(const MetricKind& kind, const Answers& answers) {
  const std::string& name = kind.info.name;
  const bool counts_labels = kind.info.against == Against::kLabels;
  if (answers.targets.empty())
    refuse(name, "data without labels", counts_labels ? "a label for each sample" : "data with targets");
  if (counts_labels && !are_labels(answers.targets[0]))
    refuse(name, "targets " + type_and_shape(answers.targets[0]), "class numbers: whole numbers [samples]");
  if (counts_labels)
    refuse(name, "a first output " + type_and_shape(answers.outputs.at(0)),
           "floating point [samples, classes]");
  refuse(name, first_shapes(answers), kind.needs);
}

}  // namespace

std::string help_of_metric(const std::string& role) {
  return "metric " + role + ": one of " + join(names_to_choose()) + "; not given: the first that applies";
}

void check_metric_name(const std::string& name) {
  if (name.empty()) return;
  const auto known = names_to_choose();
  const MetricKind* kind = find(name);
  if (!kind)
    throw Error(ErrorKind::kUsage, {.what = "unknown metric '" + name + "'" + did_you_mean(name, known),
                                    .where = kFlag,
                                    .got = name,
                                    .expected = "one of " + join(known),
                                    .fix = "write one of these names"});
  if (kind->info.against == Against::kReference)
    throw Error(ErrorKind::kUsage,
                {.what = "the metric '" + name + "' compares two models, and says of none how good it is",
                 .where = kFlag,
                 .got = name,
                 .expected = "one of " + join(known),
                 .fix = "leave --metric out: reports have it in any case, and --min-agreement is its gate"});
}

std::vector<const MetricKind*> metrics_for(const Answers& first, const std::string& chosen) {
  check_metric_name(chosen);
  std::vector<const MetricKind*> rows;
  if (!chosen.empty()) {
    rows = {find(chosen)};
    if (!can_judge(*rows[0], first)) say_why_not(*rows[0], first);
  }
  const auto holds = chosen.empty() ? applies : can_judge;
  for (const auto& kind : metrics())
    if (kind.asked == Asked::kAlways && kind.info.name != chosen && holds(kind, first)) rows.push_back(&kind);
  return rows;
}

}  // namespace qtool
