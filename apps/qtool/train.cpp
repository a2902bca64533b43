#include "job/train.h"

#include <spdlog/spdlog.h>

#include <cmath>

#include "base/safe_text.h"
#include "command.h"
#include "job/json/train_json.h"
#include "output.h"
#include "report/job/metric_text.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

std::string to_text(const TrainJobResult& result) {
  std::vector<std::vector<std::string>> rows = {
      {"epoch", "loss", result.train.metric.title, "held-out " + result.train.metric.title, "seconds"}};
  const auto score_text = [&](double score) {
    return metric_text(result.train.metric, std::isnan(score) ? std::nullopt : std::optional(score));
  };
  for (const EpochResult& epoch : result.train.history)
    rows.push_back({std::to_string(epoch.epoch + 1), fixed(epoch.loss, 4), score_text(epoch.score),
                    score_text(epoch.validation_score), fixed(epoch.seconds, 1)});
  return columns(rows) + "\nmodel   " + safe_line(result.directory) + "/model.pt, of epoch " +
         std::to_string(result.train.best_epoch + 1) + "\n";
}

int run(const TrainJobOptions& options, const Context& context) {
  const CommonOptions& common = context.common;
  if (common.dry_run) {
    const TrainJobResult result = try_train(options, context);
    print(common.json ? to_json(result)
                      : "would train " + std::to_string(result.parameters) + " parameters into " +
                            safe_line(result.directory) + "/model.pt\n");
    return 0;
  }
  const TrainJobResult result = run_train(options, context);
  context.progress.stage("");
  log_arrival(result.arrival);
  for (const auto& warning : result.warnings) spdlog::warn(warning);
  print(common.json ? to_json(result) : to_text(result));
  return 0;
}

}  // namespace

Command train_command() {
  return make_command<TrainJobOptions>(
      "train", "train a TorchScript model, or a built-in network, in float",
      "qtool train zoo:resnet8 --data idx:/usr/share/datasets/fashion-mnist,mean=0.2860,std=0.3530 -o out",
      run);
}

}  // namespace qtool
