#pragma once
/// Threads that stand for processes.
#include <ATen/ops/maximum.h>

#include <atomic>
#include <barrier>
#include <exception>
#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/peers.h"

/// Threads that meet: where one ends by an error, so do the others when they wait for it.
class ThreadsAsPeers {
 public:
  /// Runs `work` in `size` threads. Throws the first error of one.
  static void run(int64_t size, const std::function<void(const qtool::Peers&)>& work) {
    Meeting meeting(size);
    std::vector<std::jthread> threads;
    for (int64_t rank = 0; rank < size; ++rank)
      threads.emplace_back([&meeting, &work, rank] {
        try {
          work(One(meeting, rank));
        } catch (...) {
          if (!meeting.failed.exchange(true)) meeting.error = std::current_exception();
        }
        meeting.barrier.arrive_and_drop();
      });
    threads.clear();
    if (meeting.error) std::rethrow_exception(meeting.error);
  }

 private:
  struct Meeting {
    explicit Meeting(int64_t size) : barrier(size), brought(size_t(size)) {}
    std::barrier<> barrier;
    std::vector<at::Tensor> brought;  ///< by each rank
    std::atomic<bool> failed = false;
    std::exception_ptr error;
  };

  class One : public qtool::Peers {
   public:
    One(Meeting& meeting, int64_t rank) : meeting_(meeting), rank_(rank) {}
    [[nodiscard]] int64_t rank() const override { return rank_; }
    [[nodiscard]] int64_t size() const override { return int64_t(meeting_.brought.size()); }
    void sum(const at::Tensor& values) const override {
      exchange(values, [](at::Tensor& total, const at::Tensor& next) { total.add_(next); });
    }
    void largest(const at::Tensor& values) const override {
      exchange(values, [](at::Tensor& total, const at::Tensor& next) { total = at::maximum(total, next); });
    }
    void broadcast(const at::Tensor& values, int64_t from) const override {
      const auto all = gather(values);
      values.copy_(all[size_t(from)]);
    }

   private:
    void exchange(const at::Tensor& values,
                  const std::function<void(at::Tensor& total, const at::Tensor& next)>& join) const {
      const auto all = gather(values);
      auto total = all[0].clone();
      for (size_t i = 1; i < all.size(); ++i) join(total, all[i]);
      values.copy_(total);
    }
    /// What all brought, which nobody changes.
    [[nodiscard]] std::vector<at::Tensor> gather(const at::Tensor& values) const {
      meeting_.brought[size_t(rank_)] = values.detach().clone();
      wait();
      auto all = meeting_.brought;
      wait();
      return all;
    }
    void wait() const {
      meeting_.barrier.arrive_and_wait();
      if (meeting_.failed) throw std::runtime_error("another thread has failed");
    }

    Meeting& meeting_;
    int64_t rank_;
  };
};
