#include "job/input/data_splits.h"

#include "data/loader.h"
#include "graph/tensor_inputs.h"

namespace qtool {

DataSpec spec_of_split(const std::string& text, Split split) {
  DataSpec spec = parse_data_spec(text);
  if (!spec.split) spec.split = split;
  return spec;
}

ReaderInputs inputs_of(const std::vector<Model>& models) {
  ReaderInputs readers;
  for (const auto& model : models) readers.push_back(tensor_inputs(model));
  return readers;
}

std::vector<at::Tensor> first_samples(const Model& model, const std::string& data, int64_t count) {
  Loader loader(spec_of_split(data, Split::kTrain), {tensor_inputs(model)},
                {.batch_size = count, .count = count});
  auto batch = loader.next();
  return batch ? std::move(batch->inputs) : std::vector<at::Tensor>();
}

}  // namespace qtool
