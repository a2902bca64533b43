#include "job/road/gate_labels.h"

#include <ATen/core/grad_mode.h>

#include <sstream>

#include "base/error.h"
#include "graph/tensor_inputs.h"
#include "job/road/verification.h"
#include "measure/accuracy.h"

namespace qtool {
namespace {

/// The first of --max-drop, --min-accuracy and --min-agreement that is set; empty where none is.
std::string gate_of_top1(const Gates& gates) {
  if (gates.max_drop) return "--max-drop";
  if (gates.min_accuracy) return "--min-accuracy";
  return gates.min_agreement ? "--min-agreement" : "";
}

}  // namespace

void check_gates_have_labels(const QuantizeOptions& options, JobData& data) {
  const Gates& gates = options.gates;
  const bool needs_labels = gates.max_drop || gates.min_accuracy;
  if (!needs_labels || data.has_labels(Split::kTest)) return;
  throw Error(
      ErrorKind::kUsage,
      {.what = gates.max_drop ? "the gate --max-drop needs labels" : "the gate --min-accuracy needs labels",
       .where = options.data,
       .got = "data without labels",
       .expected = "a label for each sample",
       .fix = "give data with labels, or the gate --min-agreement, which needs none"});
}

void check_gates_have_classes(const QuantizeOptions& options, JobData& data, Model& model) {
  const auto gate = gate_of_top1(options.gates);
  if (gate.empty()) return;
  const at::NoGradGuard no_grad;
  auto loader = data.loader(Split::kTest, {tensor_inputs(model)},
                            {.batch_size = kVerifiedBatch, .count = options.verify_samples});
  const auto batch = loader.next();
  if (!batch) return;
  const auto output = model.forward(batch->inputs).at(0);
  if (is_logits(output)) return;
  std::ostringstream got;
  got << output.toString() << output.sizes();
  throw Error(ErrorKind::kUsage,
              {.what = "the gate " + gate + " needs a classifier: other models have no top-1",
               .where = options.model,
               .got = "a first output " + got.str(),
               .expected = "floating point [samples, classes]",
               .fix = "leave the gate out; the report has SQNR and cosine of each output, and qtool compare "
                      "has --max-sqnr-loss"});
}

}  // namespace qtool
