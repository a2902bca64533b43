#include "job/options/ptq_options.h"

#include "base/error.h"
#include "base/names.h"
#include "zoo/zoo.h"

namespace qtool {

PtqOptions as_ptq(const QuantizeOptions& options) {
  PtqOptions result;
  static_cast<QuantizeOptions&>(result) = options;
  return result;
}

void check(const PtqOptions& options) {
  if (is_zoo(options.model))
    throw Error(ErrorKind::kUsage,
                {.what = "a built-in network has learned nothing yet",
                 .where = options.model,
                 .expected = "a trained TorchScript file",
                 .fix = "train it with qtool train, or with qtool qat, which quantizes it as well"});
  const bool stored = !options.from_calibration.empty() || !options.merge_calibration.empty();
  if (!options.from_calibration.empty() && !options.merge_calibration.empty())
    throw Error(ErrorKind::kUsage, {.what = "two sources of statistics",
                                    .got = "--from-calibration and --merge-calibration",
                                    .expected = "one of them",
                                    .fix = "name all files behind --merge-calibration"});
  if (options.data.empty() && !stored && options.recipe.mode == Mode::kStatic)
    throw Error(ErrorKind::kUsage,
                {.what = "no data to calibrate on",
                 .expected = "--data SPEC, or the statistics of an earlier run with --from-calibration",
                 .fix = "e.g. --data idx:/usr/share/datasets/fashion-mnist,mean=0.2860,std=0.3530"});
  check(static_cast<const QuantizeOptions&>(options));
  if (options.data.empty() && is_list_of_improvements(options.improve))
    throw Error(ErrorKind::kUsage, {.what = "improvements need samples to work with",
                                    .where = "--improve",
                                    .got = join(options.improve, ",") + " and no --data",
                                    .expected = "--data SPEC",
                                    .fix = "name the data, or leave --improve out"});
}

}  // namespace qtool
