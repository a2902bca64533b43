#include "job/training_progress.h"

#include <cstdio>

namespace qtool {
namespace {

std::string progress_text(const TrainProgress& at) {
  char text[128];
  std::snprintf(text, sizeof text, "epoch %lld/%lld, loss %.4f, %s %.2f %%, %.0f images/s",
                static_cast<long long>(at.epoch + 1), static_cast<long long>(at.epochs), at.loss,
                at.is_top1 ? "top-1" : "score", at.accuracy * 100, at.images_per_second);
  return text;
}

}  // namespace

TrainHooks training_hooks(Progress& progress, std::vector<std::string>& warnings) {
  TrainHooks hooks;
  hooks.progress = [&](const TrainProgress& at) { progress.update(at.step, at.steps, progress_text(at)); };
  hooks.rolled_back = [&](const Rollback& rollback) { warnings.push_back(to_string(rollback)); };
  return hooks;
}

}  // namespace qtool
