#include "base/peers.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "base/error.h"

namespace qtool {

bool Peers::any(bool mine) const {
  if (is_alone()) return mine;
  const auto flag = at::full({1}, mine ? 1 : 0, at::kLong);
  largest(flag);
  return flag.item<int64_t>() != 0;
}

double Peers::of_first(double mine) const {
  if (is_alone()) return mine;
  const auto tensor = at::full({1}, mine, at::kDouble);
  broadcast(tensor, 0);
  return tensor.item<double>();
}

std::string Peers::text_of(int64_t from, const std::string& mine) const {
  QTOOL_ASSERT(from >= 0 && from < size());
  if (is_alone()) return mine;
  const auto length = at::full({1}, int64_t(mine.size()), at::kLong);
  broadcast(length, from);
  const auto bytes = at::zeros({length.item<int64_t>()}, at::kByte);
  if (rank() == from) std::copy(mine.begin(), mine.end(), bytes.data_ptr<uint8_t>());
  broadcast(bytes, from);
  return {bytes.data_ptr<uint8_t>(), bytes.data_ptr<uint8_t>() + bytes.numel()};
}

const Peers& alone() {
  static const Alone one;
  return one;
}

void average(const at::Tensor& values, double weight, double weights, const Peers& peers) {
  if (peers.is_alone()) return;
  const at::NoGradGuard no_grad;
  values.mul_(weight / weights);
  peers.sum(values);
}

}  // namespace qtool
