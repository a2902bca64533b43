#include "improve/bias_correction.h"

#include <algorithm>

#include "improve/correct_outputs.h"

namespace qtool {

Attempt correct_biases(const Solution& solution, const Evidence& evidence) {
  if (std::find(evidence.kept.begin(), evidence.kept.end(), "batch-norm") != evidence.kept.end())
    return {.why_not = "batch-norm has put the means right"};
  return correct_outputs(solution, evidence, Correction::kMean);
}

}  // namespace qtool
