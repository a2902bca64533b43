#include "job/tuning/screen.h"

#include <algorithm>

#include "graph/tensor_inputs.h"
#include "job/road/quantization.h"
#include "job/road/verification.h"

namespace qtool {

MeasuredDrop Screen::run(Model& simulated, Progress& progress) {
  const int64_t most = options_.verify_samples;
  const int64_t count = most < 0 ? options_.screened_samples : std::min(most, options_.screened_samples);
  auto loader = data_.loader(Split::kTest, {tensor_inputs(float_model_)},
                             {.batch_size = kVerifiedBatch, .count = count});
  size_t batch = 0;
  int64_t done = 0;
  const std::vector<Candidate> candidates = {
      {.name = "float", .run = [&](const auto& inputs) { return answer_of_float(batch++, inputs); }},
      {.name = "simulated", .run = [&](const auto& inputs) {
         progress.update(done += inputs[0].size(0), loader.size(), "screen");
         return simulated.forward(inputs);
       }}};
  return measured_drop(evaluate(candidates, loader, options_.metric));
}

std::vector<at::Tensor> Screen::answer_of_float(size_t batch, const std::vector<at::Tensor>& inputs) {
  if (batch < answers_.size()) return answers_[batch];
  auto answer = float_model_.forward(inputs);
  for (const auto& tensor : answer) bytes_ += static_cast<int64_t>(tensor.nbytes());
  if (batch == answers_.size() && bytes_ <= kRememberedBytes) answers_.push_back(answer);
  return answer;
}

}  // namespace qtool
