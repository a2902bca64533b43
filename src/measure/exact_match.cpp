#include "measure/exact_match.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/argmax.h>

#include "measure/answer_shapes.h"
#include "measure/class_map.h"

namespace qtool {
namespace {

bool is_whole(const at::Tensor& tensor) {
  return c10::isIntegralType(tensor.scalar_type(), /*includeBool=*/false);
}

class ExactMatch : public MeanOfSamples {
 public:
  explicit ExactMatch(std::string where) : where_(std::move(where)) {}

  void add(const Answers& batch) override {
    if (!has_sequences(batch)) refuse_answers(batch, where_, kSequences);
    const at::Tensor& output = batch.outputs[0];
    const at::Tensor targets = batch.targets[0].to(at::kCPU, at::kLong);
    const at::Tensor tokens = (is_whole(output) ? output : at::argmax(output, -1)).to(at::kCPU, at::kLong);
    const at::Tensor same = tokens.eq(targets).logical_or(targets.lt(0)).reshape({output.size(0), -1}).all(1);
    for (int64_t i = 0; i < same.numel(); ++i) add_sample(same.data_ptr<bool>()[i] ? 100 : 0);
  }

 private:
  std::string where_;
};

}  // namespace

std::unique_ptr<Metric> make_exact_match(const std::string& where) {
  return std::make_unique<ExactMatch>(where);
}

bool has_sequences(const Answers& answers) {
  const at::Tensor &output = answers.outputs.at(0), &targets = answers.targets.at(0);
  if (is_whole(output)) return is_whole(targets) && output.dim() > 1 && output.sizes() == targets.sizes();
  return targets.dim() > 1 && is_class_map(targets, output, output.dim() - 1);
}

}  // namespace qtool
