#pragma once
#include <cstdint>
#include <vector>

namespace qtool {

/// Sums and products of sizes; throw Flaw where they leave int64.
[[nodiscard]] int64_t sum_of_sizes(int64_t a, int64_t b);
[[nodiscard]] int64_t product_of_sizes(int64_t a, int64_t b);

/// Elements that a storage must have for a view of it: 0 where the view has none. Throws Flaw where a number is
/// negative, sizes and strides are not as many, or the reach overflows.
[[nodiscard]] int64_t reach_of_view(int64_t offset, const std::vector<int64_t>& sizes,
                                    const std::vector<int64_t>& strides);

}  // namespace qtool
