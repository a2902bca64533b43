#include "job/options/qat_options.h"

#include "base/error.h"
#include "base/names.h"
#include "zoo/zoo.h"

namespace qtool {

void check(const QatOptions& options) {
  if (options.data.empty())
    throw Error(ErrorKind::kUsage,
                {.what = "no data to train on",
                 .expected = "--data SPEC",
                 .fix = "e.g. --data idx:/usr/share/datasets/fashion-mnist,mean=0.2860,std=0.3530"});
  check(static_cast<const QuantizeOptions&>(options));
  const auto& fake_quant = options.fake_quant;
  if (fake_quant.batch_norm != BatchNormMode::kFolded && is_list_of_improvements(options.improve))
    throw Error(
        ErrorKind::kUsage,
        {.what = "improvements change weights that batch norm is folded into, and training would unfold it",
         .where = "--improve",
         .got = join(options.improve, ",") + " with --batch-norm " + to_string(fake_quant.batch_norm),
         .expected = "--batch-norm folded",
         .fix = "leave --improve out: training does what they do"});
  if (fake_quant.quantize_at >= 1)
    throw Error(ErrorKind::kUsage, {.what = "fake-quant would never be switched on",
                                    .where = "quantize_at",
                                    .got = "1",
                                    .expected = "less than 1, the share of the steps that come before",
                                    .fix = "leave it out, or train in float with qtool train"});
  if (fake_quant.observe_at > fake_quant.freeze_ranges_at)
    throw Error(ErrorKind::kUsage,
                {.what = "ranges are frozen before they are observed",
                 .where = "freeze_ranges_at",
                 .got = std::to_string(fake_quant.freeze_ranges_at),
                 .expected = "at least observe_at, " + std::to_string(fake_quant.observe_at),
                 .fix = "raise freeze_ranges_at"});
  if (is_zoo(options.model) && fake_quant.batch_norm == BatchNormMode::kFolded)
    throw Error(ErrorKind::kUsage, {.what = "a network that is trained from scratch needs its batch norms",
                                    .where = "--batch-norm",
                                    .got = "folded",
                                    .expected = "trained",
                                    .fix = "leave --batch-norm out"});
}

}  // namespace qtool
