#include "measure/miou.h"

#include <ATen/ops/argmax.h>

#include "measure/answer_shapes.h"
#include "measure/class_counts.h"
#include "measure/class_map.h"

namespace qtool {
namespace {

class MeanIou : public MeanOfClasses {
 public:
  explicit MeanIou(std::string where) : where_(std::move(where)) {}

  void add(const Answers& batch) override {
    if (!has_miou(batch)) refuse_answers(batch, where_, kMapsOfClasses);
    const at::Tensor& output = batch.outputs[0];
    const at::Tensor targets = class_map(batch.targets[0], output.size(1), where_, seen());
    const at::Tensor predicted = at::argmax(output, 1).cpu().contiguous();
    const int64_t samples = output.size(0), each = samples > 0 ? targets.numel() / samples : 0;
    for (int64_t i = 0; i < samples; ++i)
      add_sample_of(predicted.data_ptr<int64_t>() + i * each, targets.data_ptr<int64_t>() + i * each, each);
  }

 protected:
  [[nodiscard]] double score_of(const ClassCount& count) const override {
    return count.right / (count.right + count.wrong + count.missed);
  }

 private:
  std::string where_;
};

}  // namespace

std::unique_ptr<Metric> make_miou(const std::string& where) { return std::make_unique<MeanIou>(where); }

bool has_miou(const Answers& answers) {
  return answers.outputs.at(0).dim() > 2 && is_class_map(answers.targets.at(0), answers.outputs[0], 1);
}

}  // namespace qtool
