#include "measure/same_top1.h"

#include <ATen/ops/argmax.h>
#include <ATen/ops/eq.h>

#include <limits>

#include "measure/classes.h"

namespace qtool {
namespace {

class SameTop1 : public MeanOfSamples {
 public:
  void add(const Answers& batch) override {
    const at::Tensor &output = batch.outputs.at(0), &reference = batch.reference.at(0);
    has_classes_ = has_classes_ && has_same_top1(batch) && output.sizes() == reference.sizes();
    if (!has_classes_ || output.size(0) == 0) return;
    const at::Tensor same = at::eq(at::argmax(reference, 1).cpu(), at::argmax(output, 1).cpu());
    for (int64_t i = 0; i < same.numel(); ++i) add_sample(same.data_ptr<bool>()[i] ? 100 : 0);
  }
  [[nodiscard]] double value() const override {
    return has_classes_ ? MeanOfSamples::value() : std::numeric_limits<double>::quiet_NaN();
  }
  [[nodiscard]] std::vector<double> samples() const override {
    return has_classes_ ? MeanOfSamples::samples() : std::vector<double>();
  }

 private:
  bool has_classes_ = true;  ///< in each batch
};

}  // namespace

std::unique_ptr<Metric> make_same_top1(const std::string& /*where*/) { return std::make_unique<SameTop1>(); }

bool has_same_top1(const Answers& answers) {
  return is_logits(answers.reference.at(0)) && is_logits(answers.outputs.at(0));
}

}  // namespace qtool
