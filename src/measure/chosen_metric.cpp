#include "measure/chosen_metric.h"

#include <algorithm>

#include "base/error.h"
#include "measure/answer_shapes.h"
#include "measure/classes.h"
#include "measure/user_metric.h"

namespace qtool {
namespace {

constexpr const char* kFlag = "--metric";

const MetricKind* find(const std::string& name) {
  const auto rows = metrics();
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const MetricKind& kind) { return kind.info.name == name; });
  return found == rows.end() ? nullptr : &*found;
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
    refuse(name, "data without labels or targets",
           counts_labels ? "a label for each sample" : "data with targets");
  if (counts_labels && !are_labels(answers.targets[0]))
    refuse(name, "targets " + type_and_shape(answers.targets[0]), "class numbers: whole numbers [samples]");
  if (counts_labels)
    refuse(name, "a first output " + type_and_shape(answers.outputs.at(0)),
           "floating point [samples, classes]");
  refuse(name, first_shapes(answers), kind.needs);
}

}  // namespace

std::vector<std::string> names_of_metrics() {
  std::vector<std::string> names;
  for (const auto& kind : metrics())
    if (kind.info.against != Against::kReference) names.push_back(kind.info.name);
  return names;
}

std::string help_of_metric(const std::string& role) {
  return "metric " + role + ", or a TorchScript file of your own; not given: the first that applies";
}

bool is_metric_file(const std::string& text) {
  return text.ends_with(".pt") || text.find('/') != std::string::npos;
}

void check_metric_name(const std::string& text) {
  if (text.empty() || is_metric_file(text)) return;
  const auto known = names_of_metrics();
  const MetricKind* kind = find(text);
  if (!kind)
    throw Error(ErrorKind::kUsage, {.what = "unknown metric '" + text + "'" + did_you_mean(text, known),
                                    .where = kFlag,
                                    .got = text,
                                    .expected = "one of " + join(known) + ", or a TorchScript file FILE.pt",
                                    .fix = "write one of these names"});
  if (kind->info.against == Against::kReference)
    throw Error(ErrorKind::kUsage,
                {.what = "the metric '" + text + "' compares two models, and says of none how good it is",
                 .where = kFlag,
                 .got = text,
                 .expected = "one of " + join(known),
                 .fix = "leave --metric out: reports have it in any case, and --min-agreement is its gate"});
}

MetricChoice choose_metric(const std::string& text) {
  check_metric_name(text);
  if (text.empty()) return {};
  if (is_metric_file(text)) return MetricChoice(user_metric(text));
  return MetricChoice(std::make_shared<const MetricKind>(*find(text)));
}

std::vector<const MetricKind*> metrics_for(const Answers& first, const MetricChoice& chosen) {
  std::vector<const MetricKind*> rows;
  const MetricKind* head = chosen.get();
  if (head) {
    if (!can_judge(*head, first)) say_why_not(*head, first);
    rows.push_back(head);
  }
  const auto holds = head ? can_judge : applies;
  for (const auto& kind : metrics())
    if (kind.asked == Asked::kAlways && !(head && head->info.name == kind.info.name) && holds(kind, first))
      rows.push_back(&kind);
  return rows;
}

}  // namespace qtool
