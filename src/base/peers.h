#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace qtool {

/// The processes that work on one job together, each on its part of the data. All call the same functions in the same
/// order, with tensors of the same shapes and types; a call waits for all, and leaves the same bits with each.
class Peers {
 public:
  virtual ~Peers() = default;
  [[nodiscard]] virtual int64_t rank() const = 0;  ///< of this one, from 0
  [[nodiscard]] virtual int64_t size() const = 0;

  /// In place, element by element: over all ranks.
  virtual void sum(const at::Tensor& values) const = 0;
  virtual void largest(const at::Tensor& values) const = 0;  ///< NaN where one is
  /// In place: the values that `from` has.
  virtual void broadcast(const at::Tensor& values, int64_t from) const = 0;

  [[nodiscard]] bool is_alone() const { return size() == 1; }
  [[nodiscard]] bool is_first() const { return rank() == 0; }  ///< the one that writes files
  /// Whether it is so for one of them.
  [[nodiscard]] bool any(bool mine) const;
  [[nodiscard]] double of_first(double mine) const;  ///< that of rank 0
  [[nodiscard]] std::string text_of(int64_t rank, const std::string& mine) const;
};

/// One process: all is as it has it.
class Alone : public Peers {
 public:
  [[nodiscard]] int64_t rank() const override { return 0; }
  [[nodiscard]] int64_t size() const override { return 1; }
  void sum(const at::Tensor& /*values*/) const override {}
  void largest(const at::Tensor& /*values*/) const override {}
  void broadcast(const at::Tensor& /*values*/, int64_t /*from*/) const override {}
};

[[nodiscard]] const Peers& alone();

/// Replaces values by their mean over all ranks, each of which counts `weight` of `weights` in all.
void average(const at::Tensor& values, double weight, double weights, const Peers& peers);

}  // namespace qtool
