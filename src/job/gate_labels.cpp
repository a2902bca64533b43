#include "job/gate_labels.h"

#include "core/error.h"
#include "data/dataset.h"
#include "job/data_splits.h"

namespace qtool {

void check_gates_have_labels(const QuantizeOptions& options) {
  const Gates& gates = options.gates;
  const bool needs_labels = gates.max_drop || gates.min_accuracy;
  if (!needs_labels || open_dataset(spec_of_split(options.data, Split::kTest))->has_labels()) return;
  throw Error(
      ErrorKind::kUsage,
      {.what = gates.max_drop ? "the gate --max-drop needs labels" : "the gate --min-accuracy needs labels",
       .where = options.data,
       .got = "data without labels",
       .expected = "a label for each sample",
       .fix = "give data with labels, or the gate --min-agreement, which needs none"});
}

}  // namespace qtool
