#pragma once
#include <memory>
#include <string>
#include <vector>

#include "graph/model.h"

namespace qtool {

/// Paths of the attributes that forward() writes, so that the next run sees them.
[[nodiscard]] std::vector<std::string> state_names(const Model& canonical);

/// While one lives, models that keep state in attributes go on, in its thread, where their last run ended, as they do
/// for a client: each from the state of its file, and from there again where a batch has another number of samples than
/// the one before, since its rows are others. In the end each has the state of its file. Without one every run begins
/// with that.
class CarriedState {
 public:
  CarriedState();
  ~CarriedState();
  CarriedState(const CarriedState&) = delete;
  CarriedState& operator=(const CarriedState&) = delete;

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
  Impl* outer_;
};

}  // namespace qtool
