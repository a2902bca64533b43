#include "job/road/gate_labels.h"

#include <ATen/core/grad_mode.h>

#include "base/error.h"
#include "graph/tensor_inputs.h"
#include "job/road/verification.h"
#include "measure/answer_shapes.h"
#include "measure/chosen_metric.h"

namespace qtool {
namespace {

/// The first of --max-drop, --min-accuracy and --min-agreement that is set; empty where none is.
std::string gate_of_metric(const Gates& gates) {
  if (gates.max_drop) return "--max-drop";
  if (gates.min_accuracy) return "--min-accuracy";
  return gates.min_agreement ? "--min-agreement" : "";
}

/// Whether there is a metric for what each of the gates asks.
bool can_be_measured(const Gates& gates, const Answers& answers,
                     const std::vector<const MetricKind*>& metrics) {
  bool against_targets = !gates.max_drop && !gates.min_accuracy, against_float = !gates.min_agreement;
  for (const MetricKind* kind : metrics) {
    const bool judges = can_judge(*kind, answers);
    (kind->info.against == Against::kReference ? against_float : against_targets) |= judges;
  }
  return against_targets && against_float;
}

}  // namespace

void check_gates_have_labels(const QuantizeOptions& options, JobData& data) {
  const Gates& gates = options.gates;
  const bool needs_labels = gates.max_drop || gates.min_accuracy;
  if (!needs_labels || data.has_targets(Split::kTest)) return;
  throw Error(
      ErrorKind::kUsage,
      {.what = gates.max_drop ? "the gate --max-drop needs labels" : "the gate --min-accuracy needs labels",
       .where = options.data,
       .got = "data without labels",
       .expected = "a label for each sample",
       .fix = "give data with labels, or the gate --min-agreement, which needs none"});
}

void check_metrics_apply(const QuantizeOptions& options, JobData& data, Model& model) {
  const auto gate = gate_of_metric(options.gates);
  if (gate.empty() && options.metric.empty()) return;
  const at::NoGradGuard no_grad;
  auto loader = data.loader(Split::kTest, {tensor_inputs(model)},
                            {.batch_size = kVerifiedBatch, .count = options.verify_samples});
  const auto batch = loader.next();
  if (!batch) return;
  const auto outputs = model.forward(batch->inputs);
  const Answers answers{outputs, batch->targets, outputs};
  if (can_be_measured(options.gates, answers, metrics_for(answers, choose_metric(options.metric)))) return;
  const bool against_float = gate == "--min-agreement";
  throw Error(ErrorKind::kUsage,
              {.what = "the gate " + gate +
                       (against_float ? " needs a classifier: no metric says it of other models"
                                      : " needs a metric, and none applies to this model and data"),
               .where = options.model,
               .got = first_shapes(answers),
               .expected = against_float ? "floating point [samples, classes]"
                                         : "outputs and targets that a metric is made for, see --metric",
               .fix = "leave the gate out; the report has SQNR and cosine of each output, and qtool compare "
                      "has --max-sqnr-loss"});
}

}  // namespace qtool
