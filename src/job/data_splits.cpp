#include "job/data_splits.h"
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

}  // namespace qtool
