#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/names.h"
#include "graph/model.h"
#include "options/options.h"

namespace qtool {

enum class OptimizerKind { kSgd, kAdamW };
template <>
struct Names<OptimizerKind> {
  static constexpr const char* kind = "optimizer";
  static constexpr NamedValue<OptimizerKind> table[] = {
      {OptimizerKind::kSgd, "sgd", "stochastic gradient descent with momentum"},
      {OptimizerKind::kAdamW, "adamw", "Adam with decoupled weight decay"}};
};

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::kSgd;
  std::optional<double> learning_rate = {};  ///< the highest of the schedule; not given: sgd_rate, adamw_rate
  std::optional<double> weight_decay = {};  ///< not given: 5e-4 (sgd), 0.05 (adamw); none on biases and norms
  double momentum = 0.9;                    ///< of sgd
  double beta1 = 0.9;                       ///< of adamw
  double beta2 = 0.999;                     ///< of adamw
  double clip_norm = 0;                     ///< largest norm of the whole gradient; 0: no clipping
  /// What learning_rate is where it is not given: the job's, no options.
  double sgd_rate = 0.1, adamw_rate = 0.002;

  [[nodiscard]] double peak_learning_rate() const {
    return learning_rate.value_or(kind == OptimizerKind::kSgd ? sgd_rate : adamw_rate);
  }
  [[nodiscard]] double decay() const {
    return weight_decay.value_or(kind == OptimizerKind::kSgd ? 5e-4 : 0.05);
  }
};
/// One line for people, with the rates that are taken where none is given.
[[nodiscard]] std::string help_of_learning_rate(const OptimizerOptions& options);

template <class Visitor>
void describe(Visitor& v, OptimizerOptions& o) {
  v.field("optimizer", o.kind, "how the gradient changes the weights");
  v.field("learning_rate", o.learning_rate, help_of_learning_rate(o).c_str(), between(0, 1000));
  v.field("weight_decay", o.weight_decay,
          "decay of weights, not of biases and norms; by default 5e-4 for sgd, 0.05 for adamw",
          between(0, 10));
  v.field("momentum", o.momentum, "momentum of sgd", between(0, 0.9999));
  v.field("beta1", o.beta1, "decay of adamw's mean of gradients", between(0, 0.9999));
  v.field("beta2", o.beta2, "decay of adamw's mean of squared gradients", between(0, 0.999999));
  v.field("clip_norm", o.clip_norm, "largest norm of the gradient; 0: no clipping", at_least(0));
}

/// What the learning rate of a parameter is multiplied by, from its name.
using RateFactor = std::function<double(const std::string& name)>;

/// Parameters that a step treats alike.
struct ParameterGroup {
  bool decayed = false;  ///< whether weight decay applies
  double rate_factor = 1;
  std::vector<size_t> members = {};  ///< places among the optimizer's parameters
};

/// Changes parameters by their gradients. Parameters of one dimension or none (biases, norms) are not
/// decayed; those without a gradient are left alone.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  virtual void step(double learning_rate) = 0;
  void zero_grad();
  /// What the optimizer remembers between steps, under names that start with `optimizer/`. The tensors are
  /// the optimizer's own: copying into them restores a state.
  [[nodiscard]] virtual std::vector<NamedTensor> state() const = 0;

 protected:
  Optimizer(std::vector<NamedTensor> parameters, const RateFactor& rate_factor);
  std::vector<NamedTensor> parameters_;
  std::vector<ParameterGroup> groups_;
};

/// An empty `rate_factor` is 1 for all.
[[nodiscard]] std::unique_ptr<Optimizer> make_optimizer(const OptimizerOptions& options,
                                                        std::vector<NamedTensor> parameters,
                                                        const RateFactor& rate_factor = {});

}  // namespace qtool
