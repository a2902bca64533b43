#include "measure/top5.h"

#include "measure/classes.h"

namespace qtool {
namespace {

class Top5 : public MeanOfSamples {
 public:
  explicit Top5(std::string where) : where_(std::move(where)) {}

  void add(const Answers& batch) override {
    for (const int64_t rank : ranks_of_labels(batch.outputs.at(0), batch.targets.at(0), where_, seen()))
      add_sample(rank < 5 ? 100 : 0);
  }

 private:
  std::string where_;
};

}  // namespace

std::unique_ptr<Metric> make_top5(const std::string& where) { return std::make_unique<Top5>(where); }

}  // namespace qtool
