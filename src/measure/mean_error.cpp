#include "measure/mean_error.h"

#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "measure/answer_shapes.h"

namespace qtool {
namespace {

std::vector<int64_t> without_ones(at::IntArrayRef shape) {
  std::vector<int64_t> sizes;
  std::copy_if(shape.begin(), shape.end(), std::back_inserter(sizes), [](int64_t size) { return size != 1; });
  return sizes;
}

at::Tensor rows_of(const at::Tensor& tensor) {
  return tensor.detach().to(at::kCPU, at::kDouble).reshape({tensor.size(0), -1});
}

/// The targets, and how far the outputs are from them, a row for each sample.
struct Rows {
  at::Tensor targets, errors;
  Rows(const Answers& batch, const std::string& where) {
    if (!has_errors(batch)) refuse_answers(batch, where, kSameShape);
    targets = rows_of(batch.targets[0]);
    errors = rows_of(batch.outputs[0]) - targets;
  }
  [[nodiscard]] std::vector<double> means_of(const at::Tensor& values) const {
    const at::Tensor means = values.mean(1).contiguous();
    return {means.data_ptr<double>(), means.data_ptr<double>() + means.numel()};
  }
};

class MeanError : public MeanOfSamples {
 public:
  MeanError(std::string where, bool squared) : where_(std::move(where)), squared_(squared) {}

  void add(const Answers& batch) override {
    const Rows rows(batch, where_);
    for (const double mean : rows.means_of(squared_ ? rows.errors.square() : rows.errors.abs()))
      add_sample(mean);
  }

 private:
  std::string where_;
  bool squared_;
};

class Psnr : public Metric {
 public:
  explicit Psnr(std::string where) : where_(std::move(where)) {}

  void add(const Answers& batch) override {
    const Rows rows(batch, where_);
    if (rows.targets.numel() == 0) return;
    low_ = std::min(low_, rows.targets.min().item<double>());
    high_ = std::max(high_, rows.targets.max().item<double>());
    for (const double mean : rows.means_of(rows.errors.square())) squares_.push_back(mean);
  }
  [[nodiscard]] std::vector<double> samples() const override {
    std::vector<double> values;
    for (const double square : squares_) values.push_back(decibels(square));
    return values;
  }
  [[nodiscard]] double value() const override { return mean_of(samples()); }

 private:
  [[nodiscard]] double decibels(double square) const {
    constexpr double kMost = 100;
    const double ratio = 20 * std::log10(high_ - low_) - 10 * std::log10(square);
    return ratio > kMost ? kMost : ratio;  // NaN stays NaN
  }

  std::string where_;
  double low_ = std::numeric_limits<double>::infinity(), high_ = -low_;
  std::vector<double> squares_;  ///< of each sample its mean squared error
};

}  // namespace

std::unique_ptr<Metric> make_mse(const std::string& where) {
  return std::make_unique<MeanError>(where, /*squared=*/true);
}
std::unique_ptr<Metric> make_mae(const std::string& where) {
  return std::make_unique<MeanError>(where, /*squared=*/false);
}
std::unique_ptr<Metric> make_psnr(const std::string& where) { return std::make_unique<Psnr>(where); }

bool has_errors(const Answers& answers) {
  const at::Tensor &output = answers.outputs.at(0), &target = answers.targets.at(0);
  return output.is_floating_point() && target.is_floating_point() && output.dim() > 0 && target.dim() > 0 &&
         output.size(0) == target.size(0) && without_ones(output.sizes()) == without_ones(target.sizes());
}

}  // namespace qtool
