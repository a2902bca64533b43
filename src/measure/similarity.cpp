#include "measure/similarity.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "base/error.h"

namespace qtool {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool differ_in_number(const at::Tensor& reference, const at::Tensor& x) {
  if (reference.dim() != x.dim() || reference.dim() == 0) return false;
  const int64_t last = reference.dim() - 1;
  int64_t unlike = 0;
  for (int64_t axis = 0; axis <= last; ++axis) unlike += reference.size(axis) != x.size(axis);
  return unlike == 1 && (last == 0 || reference.size(last) == x.size(last));
}

[[noreturn]] void refuse_sizes(const at::Tensor& reference, const at::Tensor& x) {
  std::ostringstream got, expected;
  got << x.sizes();
  expected << reference.sizes();
  throw Error(ErrorKind::kUsage, {.what = "two models' outputs cannot be compared: their sizes differ",
                                  .got = got.str(),
                                  .expected = expected.str(),
                                  .fix = "compare models that answer the same question"});
}

}  // namespace

double sqnr_of(double reference_square, double error_square) {
  if (error_square == 0) return std::numeric_limits<double>::infinity();
  return 10.0 * std::log10(reference_square / error_square);
}

void Similarity::add(const at::Tensor& reference, const at::Tensor& x) {
  if (reference.numel() != x.numel()) {
    if (!differ_in_number(reference, x)) refuse_sizes(reference, x);
    ++left_out_;
    return;
  }
  const at::Tensor references = reference.detach().to(at::kCPU, at::kFloat).contiguous();
  const at::Tensor values = x.detach().to(at::kCPU, at::kFloat).contiguous();
  const float* r = references.data_ptr<float>();
  const float* v = values.data_ptr<float>();
  for (int64_t i = 0; i < references.numel(); ++i) {
    const double a = r[i], b = v[i], difference = std::abs(a - b);
    if (a == b && std::isinf(a)) continue;
    reference_square_ += a * a;
    x_square_ += b * b;
    product_ += a * b;
    error_square_ += difference * difference;
    differing_ += !(difference <= half_step_);  // negated, so that NaN counts
    if (difference > max_difference_ || std::isnan(difference)) max_difference_ = difference;
  }
  elements_ += references.numel();
}

double Similarity::cosine() const {
  if (elements_ == 0 && left_out_ > 0) return kNaN;
  if (reference_square_ == 0 && x_square_ == 0) return 1.0;
  if (reference_square_ == 0 || x_square_ == 0) return 0.0;
  return product_ / (std::sqrt(reference_square_) * std::sqrt(x_square_));
}

double Similarity::sqnr_db() const {
  return elements_ == 0 && left_out_ > 0 ? kNaN : sqnr_of(reference_square_, error_square_);
}

double Similarity::differing() const { return elements_ ? double(differing_) / double(elements_) : 0.0; }

}  // namespace qtool
