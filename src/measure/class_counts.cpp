#include "measure/class_counts.h"

#include <limits>
#include <map>

namespace qtool {
namespace {

enum Place : size_t { kRight, kWrong, kMissed, kPlaces };

size_t sum_of(int64_t label, Place place) { return size_t(label) * kPlaces + place; }

}  // namespace

void MeanOfClasses::add_sample_of(const int64_t* predicted, const int64_t* targets, int64_t count) {
  std::map<size_t, double> counts;
  for (int64_t i = 0; i < count; ++i) {
    if (targets[i] < 0) continue;
    if (predicted[i] == targets[i]) {
      ++counts[sum_of(targets[i], kRight)];
    } else {
      ++counts[sum_of(predicted[i], kWrong)];
      ++counts[sum_of(targets[i], kMissed)];
    }
  }
  std::vector<Part> parts;
  for (const auto& [sum, amount] : counts) parts.push_back({sum, amount});
  add_sample(parts);
}

double MeanOfClasses::value_of(const std::vector<double>& sums) const {
  const auto at = [&](size_t sum) { return sum < sums.size() ? sums[sum] : 0.0; };
  double classes = 0, scores = 0;
  for (size_t first = 0; first < sums.size(); first += kPlaces) {
    const ClassCount count{at(first + kRight), at(first + kWrong), at(first + kMissed)};
    if (count.right + count.wrong + count.missed == 0) continue;
    classes += 1;
    scores += score_of(count);
  }
  return classes > 0 ? scores / classes * 100 : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace qtool
