#include "improve/batches.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/error.h"

namespace qtool {
namespace {

constexpr int64_t kEvery = 8, kFirstHeldOut = 1;
constexpr int64_t kEnoughSamples = 64;
constexpr int64_t kShareOfOne = 5;

using Inputs = std::vector<at::Tensor>;

bool is_held_out(int64_t index) { return index % kEvery == kFirstHeldOut; }

DividedBatches divide_one(const Batches& all) {
  auto batch = all.pass()();
  const int64_t samples = batch.empty() ? 0 : batch[0].size(0);
  if (samples < 2) return {all};
  const int64_t kept = std::max<int64_t>(1, samples / kShareOfOne);
  const auto work = rows_of(batch, 0, samples - kept);
  return {{1, [work] { return [next = work]() mutable { return std::exchange(next, {}); }; }},
          {rows_of(batch, samples - kept, kept)}};
}

/// A pass without the first `held_out` of the batches that may be held out.
Batches without(const Batches& all, int64_t held_out) {
  return {all.count - held_out, [all, held_out]() -> BatchSource {
            return [source = all.pass(), index = int64_t(0), left = held_out]() mutable -> Inputs {
              for (; left > 0 && is_held_out(index); --left, ++index) (void)source();
              ++index;
              return source();
            };
          }};
}

}  // namespace

Batches first_of(const Batches& batches, int64_t samples, int64_t parts) {
  const int64_t most = std::max<int64_t>(1, batches.count / parts);
  return {most, [batches, samples, most]() -> BatchSource {
            return [source = batches.pass(), left = samples, batches_left = most]() mutable -> Inputs {
              if (left <= 0 || batches_left-- == 0) return {};
              auto batch = source();
              if (!batch.empty()) left -= batch[0].size(0);
              return batch;
            };
          }};
}

std::vector<at::Tensor> rows_of(const std::vector<at::Tensor>& batch, int64_t begin, int64_t count) {
  std::vector<at::Tensor> rows;
  for (const auto& tensor : batch) rows.push_back(tensor.narrow(0, begin, count));
  return rows;
}

bool takes(const Model& model, const std::vector<at::Tensor>& batch) {
  try {
    (void)model.shared().forward(batch);
    return true;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kUsage || error.kind() == ErrorKind::kUnquantizable) return false;
    throw;
  }
}

Batches few_of(const Batches& batches) { return first_of(batches, 256, 4); }

DividedBatches hold_out(const Batches& all) {
  if (all.count == 0) return {all};
  if (all.count == 1) return divide_one(all);
  std::vector<Inputs> held_out;
  int64_t samples = 0;
  const auto source = all.pass();
  for (int64_t index = 0; index < all.count && samples < kEnoughSamples; ++index) {
    auto batch = source();
    if (batch.empty()) break;
    if (!is_held_out(index)) continue;
    samples += batch[0].size(0);
    held_out.push_back(std::move(batch));
  }
  const auto count = static_cast<int64_t>(held_out.size());
  return {without(all, count), std::move(held_out)};
}

}  // namespace qtool
