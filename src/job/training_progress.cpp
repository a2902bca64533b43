#include "job/training_progress.h"

#include <cstdio>

#include "report/job/metric_text.h"

namespace qtool {
namespace {

std::string progress_text(const TrainProgress& at) {
  char loss[32], speed[32];
  std::snprintf(loss, sizeof loss, "%.4f", at.loss);
  std::snprintf(speed, sizeof speed, "%.0f", at.images_per_second);
  return "epoch " + std::to_string(at.epoch + 1) + "/" + std::to_string(at.epochs) + ", loss " + loss + ", " +
         at.metric.title + " " + metric_text(at.metric, at.score) + ", " + speed + " images/s";
}

}  // namespace

TrainHooks training_hooks(Progress& progress, std::vector<std::string>& warnings) {
  TrainHooks hooks;
  hooks.progress = [&](const TrainProgress& at) { progress.update(at.step, at.steps, progress_text(at)); };
  hooks.rolled_back = [&](const Rollback& rollback) { warnings.push_back(to_string(rollback)); };
  return hooks;
}

}  // namespace qtool
