#include "measure/f1.h"

#include <ATen/ops/argmax.h>

#include "measure/class_counts.h"
#include "measure/classes.h"

namespace qtool {
namespace {

class F1 : public MeanOfClasses {
 public:
  explicit F1(std::string where) : where_(std::move(where)) {}

  void add(const Answers& batch) override {
    const at::Tensor &output = batch.outputs.at(0), &labels = batch.targets.at(0);
    (void)ranks_of_labels(output, labels, where_, seen());  // for its checks
    const at::Tensor predicted = at::argmax(output, 1).cpu().contiguous();
    const at::Tensor targets = labels.cpu().contiguous();
    for (int64_t i = 0; i < predicted.numel(); ++i)
      add_sample_of(predicted.data_ptr<int64_t>() + i, targets.data_ptr<int64_t>() + i, 1);
  }

 protected:
  [[nodiscard]] double score_of(const ClassCount& count) const override {
    return 2 * count.right / (2 * count.right + count.wrong + count.missed);
  }

 private:
  std::string where_;
};

}  // namespace

std::unique_ptr<Metric> make_f1(const std::string& where) { return std::make_unique<F1>(where); }

}  // namespace qtool
