#include "improve/judge.h"

#include <ATen/core/grad_mode.h>

#include "measure/chance.h"
#include "measure/similarity.h"
#include "simulate/simulate.h"

namespace qtool {

Judge::Judge(const Model& canonical, std::vector<std::vector<at::Tensor>> held_out)
    : held_out_(std::move(held_out)) {
  const at::NoGradGuard no_grad;
  auto model = canonical.shared();
  for (const auto& batch : held_out_) {
    same_chance(0);
    expected_.push_back(model.forward(batch));
  }
}

double Judge::sqnr_db(const Solution& solution) const {
  const at::NoGradGuard no_grad;
  auto simulated = simulate(solution);
  Similarity similarity;
  for (size_t i = 0; i < held_out_.size(); ++i) {
    same_chance(0);
    const auto outputs = simulated.forward(held_out_[i]);
    for (size_t k = 0; k < outputs.size(); ++k) similarity.add(expected_[i][k], outputs[k]);
  }
  return similarity.sqnr_db();
}

}  // namespace qtool
