#include "job/input/job_data.h"

#include "graph/tensor_inputs.h"

namespace qtool {

DataSpec JobData::spec(Split split) const {
  auto spec = parse_data_spec(text_);
  if (!spec.split) spec.split = split;
  return spec;
}

bool JobData::has_targets(Split split) { return opened(split)->has_targets(); }

Loader JobData::loader(Split split, const ReaderInputs& readers, const LoaderOptions& options) {
  return {spec(split), opened(split), readers, options};
}

std::vector<at::Tensor> JobData::first_samples(const Model& model, int64_t count) {
  auto samples = loader(Split::kTrain, {tensor_inputs(model)}, {.batch_size = count, .count = count});
  auto batch = samples.next();
  return batch ? std::move(batch->inputs) : std::vector<at::Tensor>();
}

const std::shared_ptr<Dataset>& JobData::opened(Split split) {
  const auto spec = this->spec(split);
  auto& dataset = opened_[*spec.split];
  if (!dataset) dataset = open_dataset(spec);
  return dataset;
}

}  // namespace qtool
