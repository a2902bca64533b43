#include "graph/read/view_reach.h"

#include <algorithm>

#include "graph/read/flaw.h"

namespace qtool {
namespace {

[[noreturn]] void overflows() { throw Flaw("a tensor whose size overflows", "sizes below 2^63"); }

}  // namespace

int64_t sum_of_sizes(int64_t a, int64_t b) {
  int64_t result = 0;
  if (__builtin_add_overflow(a, b, &result)) overflows();
  return result;
}

int64_t product_of_sizes(int64_t a, int64_t b) {
  int64_t result = 0;
  if (__builtin_mul_overflow(a, b, &result)) overflows();
  return result;
}

int64_t reach_of_view(int64_t offset, const std::vector<int64_t>& sizes,
                      const std::vector<int64_t>& strides) {
  if (offset < 0 || strides.size() != sizes.size())
    throw Flaw("a tensor whose sizes and strides do not fit",
               "a stride for each size, and an offset of 0 or more");
  for (const auto* numbers : {&sizes, &strides})
    if (std::any_of(numbers->begin(), numbers->end(), [](int64_t number) { return number < 0; }))
      throw Flaw("a tensor with a negative size or stride", "none below 0");
  int64_t last = offset, elements = 1;
  for (size_t i = 0; i < sizes.size(); ++i) {
    elements = product_of_sizes(elements, sizes[i]);
    if (sizes[i] > 0) last = sum_of_sizes(last, product_of_sizes(sizes[i] - 1, strides[i]));
  }
  return elements == 0 ? 0 : sum_of_sizes(last, 1);
}

}  // namespace qtool
