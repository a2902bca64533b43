#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

#include "graph/model.h"
#include "graph/view.h"
#include "job/input/job_data.h"
#include "report/job/report.h"

namespace qtool {

/// What the data turned out to be.
struct Arrival {
  std::vector<ReportInput> inputs = {};
  std::vector<std::string> notes = {};     ///< see ReportData
  std::vector<std::string> warnings = {};  ///< of how the data was understood
};

/// Looks at the batches that a loader makes, for the report's line on what arrived at each input of a model.
class ArrivalMeter {
 public:
  /// `inputs`: the model's, in its order. `reads`: for each what reads it first (first_readers()), or nothing.
  explicit ArrivalMeter(const std::vector<std::string>& inputs, const std::vector<std::string>& reads = {});
  void add(const std::vector<at::Tensor>& inputs);
  /// `loader`: the one that made the batches.
  [[nodiscard]] Arrival arrival(const Loader& loader) const;

 private:
  struct Sums {
    int64_t count = 0;
    double sum = 0, squares = 0;
  };
  [[nodiscard]] std::vector<ReportInput> inputs() const;
  std::vector<ReportInput> inputs_;
  std::vector<Sums> sums_;
};

/// What the first samples of the training split are, as the model with these inputs gets them. `run`, where there is
/// one, is called with the first of them.
[[nodiscard]] Arrival look_at_data(JobData& data, const std::vector<std::string>& inputs,
                                   const std::vector<std::string>& reads = {},
                                   const std::function<void(const std::vector<at::Tensor>&)>& run = {});

/// For each input of a canonical model what its first layer says of it, e.g. `conv1 takes 3 channels`; empty: not
/// known.
[[nodiscard]] std::vector<std::string> first_readers(const GraphView& canonical);

/// Adds what is not there yet: loaders of one job say the same of one file.
void add_new(std::vector<std::string>& texts, const std::vector<std::string>& more);

}  // namespace qtool
