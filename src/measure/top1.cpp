#include "measure/top1.h"

#include <ATen/TensorOperators.h>

#include <cmath>

#include "measure/classes.h"

namespace qtool {
namespace {

class Top1 : public MeanOfSamples {
 public:
  explicit Top1(std::string where) : where_(std::move(where)) {}

  void add(const Answers& batch) override {
    const at::Tensor &output = batch.outputs.at(0), &labels = batch.targets.at(0);
    const auto ranks = ranks_of_labels(output, labels, where_, seen());
    for (const int64_t rank : ranks) {
      add_sample(rank == 0 ? 100 : 0);
      right_ += rank == 0;
    }
    count_from_one(output, labels.to(at::kCPU).contiguous());
  }

  [[nodiscard]] std::optional<std::string> warning() const override {
    const auto won = double(right_from_one_ - right_);
    if (has_zero_ || won <= 3 * std::sqrt(double(seen())) + 1) return std::nullopt;
    return "no label is 0, and of " + std::to_string(seen()) + " samples " + std::to_string(right_from_one_) +
           " are right where labels count from 1, " + std::to_string(right_) +
           " where they count from 0, as they should: subtract 1 from the labels";
  }

 private:
  /// Counts what would be right if the labels counted from 1: of no interest once one of them is 0.
  void count_from_one(const at::Tensor& output, const at::Tensor& labels) {
    const int64_t* label = labels.data_ptr<int64_t>();
    for (int64_t i = 0; i < labels.numel(); ++i) has_zero_ = has_zero_ || label[i] == 0;
    if (has_zero_) return;
    for (const int64_t rank : ranks_of_labels(output, labels - 1, where_, seen()))
      right_from_one_ += rank == 0;
  }

  std::string where_;
  int64_t right_ = 0, right_from_one_ = 0;
  bool has_zero_ = false;
};

}  // namespace

std::unique_ptr<Metric> make_top1(const std::string& where) { return std::make_unique<Top1>(where); }

}  // namespace qtool
