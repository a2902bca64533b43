#include "measure/perplexity.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/log_softmax.h>

#include <cmath>
#include <limits>

#include "measure/answer_shapes.h"
#include "measure/class_map.h"
#include "measure/metric_of_sums.h"

namespace qtool {
namespace {

enum Sum : size_t { kTokensSeen, kEntropy, kSums };

class Perplexity : public MetricOfSums {
 public:
  explicit Perplexity(std::string where) : where_(std::move(where)) {}

  void add(const Answers& batch) override {
    if (!has_tokens(batch)) refuse_answers(batch, where_, kTokens);
    const at::Tensor& output = batch.outputs[0];
    const at::Tensor targets = class_map(batch.targets[0], output.size(-1), where_, seen());
    const at::Tensor log_p = at::log_softmax(output.detach().to(at::kCPU, at::kFloat), -1);
    const at::Tensor picked = log_p.gather(-1, targets.clamp_min(0).unsqueeze(-1)).contiguous();
    const int64_t samples = output.size(0), each = samples > 0 ? targets.numel() / samples : 0;
    const auto* target = targets.data_ptr<int64_t>();
    const auto* value = picked.data_ptr<float>();
    for (int64_t i = 0; i < samples; ++i) {
      double tokens = 0, entropy = 0;
      for (int64_t k = i * each; k < (i + 1) * each; ++k)
        if (target[k] >= 0) tokens += 1, entropy -= value[k];
      add_sample({{kTokensSeen, tokens}, {kEntropy, entropy}});
    }
  }

 protected:
  [[nodiscard]] double value_of(const std::vector<double>& sums) const override {
    if (sums.size() < kSums || sums[kTokensSeen] == 0) return std::numeric_limits<double>::quiet_NaN();
    return std::exp(sums[kEntropy] / sums[kTokensSeen]);
  }

 private:
  std::string where_;
};

}  // namespace

std::unique_ptr<Metric> make_perplexity(const std::string& where) {
  return std::make_unique<Perplexity>(where);
}

bool has_tokens(const Answers& answers) {
  return is_class_map(answers.targets.at(0), answers.outputs.at(0), answers.outputs[0].dim() - 1);
}

}  // namespace qtool
