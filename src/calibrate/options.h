#pragma once
#include <cstdint>

#include "options/options.h"

namespace qtool {

struct CalibrateOptions {
  int64_t samples = 1024;    ///< from the start of the training split
  int64_t batch_size = 128;  ///< changes speed and memory, and the moving average's steps
};

template <class Visitor>
void describe(Visitor& v, CalibrateOptions& o) {
  v.field("samples", o.samples, "calibration samples, from the training split", at_least(1),
          flag("calib-samples"));
  v.field("batch_size", o.batch_size, "samples in one calibration batch", at_least(1),
          flag("calib-batch-size"));
}

}  // namespace qtool
