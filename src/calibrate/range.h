#pragma once

namespace qtool {

/// Real bounds of what a grid should cover. Values outside are clipped.
struct ValueRange {
  double low = 0, high = 0;
};

}  // namespace qtool
