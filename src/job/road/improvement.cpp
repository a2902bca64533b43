#include "job/road/improvement.h"

#include <memory>

#include "graph/tensor_inputs.h"

namespace qtool {
namespace {

using Inputs = std::vector<at::Tensor>;

/// The batches that calibration takes: those that are remembered, then those that are read again.
Batches calibration_batches(const Calibration& calibration, const Quantization& quantization,
                            const QuantizeOptions& options, JobData& data) {
  if (!data.is_given()) return {};
  const auto open = [&quantization, &options, &data] {
    return std::shared_ptr<Loader>(new Loader(
        data.loader(Split::kTrain, {tensor_inputs(quantization.original)},
                    {.batch_size = options.calibrate.batch_size, .count = options.calibrate.samples})));
  };
  const auto& remembered = calibration.remembered;
  const auto pass = [open, &remembered]() -> BatchSource {
    return [open, &remembered, next = size_t(0), loader = std::shared_ptr<Loader>()]() mutable -> Inputs {
      const size_t index = next++;
      if (index < remembered.size()) return remembered[index];
      if (!loader) {
        loader = open();
        loader->start(0, static_cast<int64_t>(index));
      }
      auto batch = loader->next();
      return batch ? std::move(batch->inputs) : Inputs();
    };
  };
  return {open()->batches(), pass};
}

}  // namespace

Improved improve_on_data(Solution first, const Calibration& calibration, const Quantization& quantization,
                         const QuantizeOptions& options, JobData& data, Progress& progress) {
  const auto rows = chosen_improvements(options.improve, first.plan);
  const auto batches =
      rows.empty() ? Batches() : calibration_batches(calibration, quantization, options, data);
  auto improved = improve({std::move(first), calibration.statistics}, batches, progress, rows);
  improved.solution = as_kernels_have_it(quantization, std::move(improved.solution));
  return improved;
}

}  // namespace qtool
