#pragma once
#include <vector>

#include "base/names.h"
#include "base/peers.h"
#include "graph/model.h"
#include "grid/qparams.h"
#include "plan/plan.h"

namespace qtool {

/// Where the step between two values of a grid comes from while training.
enum class StepSize {
  kAuto,      ///< learned where bits are few: weights up to 3, activations up to 4; observed above
  kObserved,  ///< from the range of the values that come by
  kLearned    ///< a parameter with a gradient
};
template <>
struct Names<StepSize> {
  static constexpr const char* kind = "step size";
  static constexpr NamedValue<StepSize> table[] = {
      {StepSize::kAuto, "auto", "learned for weights up to 3 bits and activations up to 4, observed above"},
      {StepSize::kObserved, "observed", "from the range of the values that come by"},
      {StepSize::kLearned, "learned", "trained by its gradient (LSQ)"}};
};

struct StepSizes {
  StepSize weights = StepSize::kAuto;
  StepSize activations = StepSize::kAuto;
};

/// The model that quantization-aware training trains: fake-quant by our own operators (qat/fake_quant_ops.h),
/// placed as in simulate(). `canonical` may still have its batch norms: they go into the fold (see there) and are
/// trained. The tensors of the result are those of `canonical`, so that what is trained stands there as well; each
/// layer's weight and bias is made trainable. Starts on the grids of `qparams`, enabled, observing, batch norm not
/// frozen.
[[nodiscard]] Model make_training_model(const Model& canonical, const QuantPlan& plan,
                                        const std::vector<QParams>& qparams, const StepSizes& steps);

/// Makes common to all processes what a step on a part of the batch has moved: observed ranges become those of the
/// whole batch, and the next step's grids with them; other buffers, which are batch norm's, their mean.
void make_buffers_common(const Model& training_model, const QuantPlan& plan, const Peers& peers);

/// The switches of all sites of a training model.
class TrainingSwitches {
 public:
  TrainingSwitches(const Model& training_model, const QuantPlan& plan);
  void observe(bool on);
  void enable(bool on);
  void freeze_batch_norm(bool on);

 private:
  std::vector<at::Tensor> observe_, enabled_;
  at::Tensor batch_norm_frozen_;
};

}  // namespace qtool
