#pragma once
/// What the tests of images share.
#include <numeric>
#include <string>
#include <vector>

#include "data/files.h"
#include "data/kinds.h"
#include "data/tensors.h"

namespace qtool {

/// A folder of images; one mean value makes them grey.
[[nodiscard]] inline DataSpec spec_of(const std::string& path, std::vector<double> mean = {0.5}) {
  return {.kind = DataKind::kImages, .path = path, .mean = std::move(mean)};
}

/// PNG of 1x1 grey pixel.
[[nodiscard]] inline std::string dot(int value) { return png(1, 1, 1, std::string(1, char(value))); }

/// What opening it and reading all its samples is refused with.
[[nodiscard]] inline std::string refusal(const DataSpec& spec) {
  return message_of([&] {
    const auto dataset = open_dataset(spec);
    std::vector<int64_t> all(static_cast<size_t>(dataset->size()));
    std::iota(all.begin(), all.end(), int64_t{0});
    (void)dataset->read(all);
  });
}

}  // namespace qtool
