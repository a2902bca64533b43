#include "job/train.h"

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/error.h"
#include "train/data_shape.h"
#include "train/zoo.h"

namespace qtool {
namespace {

Model load_or_build(const TrainJobOptions& options, const DataSpec& data, const CommonOptions& common) {
  if (!options.model.starts_with("zoo:")) return Model::load(options.model);
  const DataShape shape = data_shape(data);
  return build_zoo(options.model.substr(4), shape.input, shape.classes, static_cast<uint64_t>(common.seed));
}

int64_t count_parameters(const Model& model) {
  int64_t count = 0;
  for (const auto& parameter : model.parameters()) count += parameter.tensor.numel();
  return count;
}

void refuse_overwriting(const std::string& model, const std::string& output) {
  std::error_code error;
  if (std::filesystem::equivalent(model, output, error))
    throw Error(ErrorKind::kUsage, {.what = "the trained model would overwrite the one it starts from",
                                    .where = output,
                                    .fix = "choose another folder with -o"});
}

std::string history_json(const TrainResult& result) {
  nlohmann::ordered_json json;
  json["schema"] = 1;
  json["best_epoch"] = result.best_epoch;
  json["epochs"] = nlohmann::ordered_json::array();
  for (const EpochResult& epoch : result.history)
    json["epochs"].push_back({{"epoch", epoch.epoch},
                              {"loss", epoch.loss},
                              {"accuracy", epoch.accuracy},
                              {"validation_accuracy", epoch.validation_accuracy},  // NaN is written as null
                              {"learning_rate", epoch.learning_rate},
                              {"seconds", epoch.seconds}});
  return json.dump(2) + "\n";
}

std::string progress_text(const TrainProgress& at) {
  char text[128];
  std::snprintf(text, sizeof text, "epoch %lld/%lld, loss %.4f, top-1 %.2f %%, %.0f images/s",
                static_cast<long long>(at.epoch + 1), static_cast<long long>(at.epochs), at.loss,
                at.accuracy * 100, at.images_per_second);
  return text;
}

}  // namespace

TrainJobResult try_train(const TrainJobOptions& options, const CommonOptions& common) {
  apply(common);
  const DataSpec data = parse_data_spec(options.data);
  static_cast<void>(data_shape(data));
  return {.parameters = count_parameters(load_or_build(options, data, common)), .directory = options.output};
}

TrainJobResult run_train(const TrainJobOptions& options, const CommonOptions& common,
                         const std::string& resolved_config, Progress& progress) {
  apply(common);
  progress.stage("load");
  const DataSpec data = parse_data_spec(options.data);
  const std::string folder = options.output + "/", checkpoints = folder + "checkpoints";
  refuse_overwriting(options.model, folder + "model.pt");
  Model model = load_or_build(options, data, common);
  ensure_folder(options.output);
  ensure_folder(checkpoints);

  progress.stage("train");
  TrainOptions train_options = options.train;
  train_options.seed = common.seed;
  TrainHooks hooks;
  hooks.progress = [&](const TrainProgress& at) { progress.update(at.step, at.steps, progress_text(at)); };
  TrainJobResult result{.parameters = count_parameters(model), .directory = options.output};
  result.train = train(model, data, train_options, checkpoints + "/last.pt", hooks);

  progress.stage("write");
  model.save(folder + "model.pt");
  write_file(folder + "history.json", history_json(result.train));
  write_file(folder + "config.resolved.yaml", resolved_config);
  result.files = {"model.pt", "history.json", "config.resolved.yaml", "checkpoints/last.pt"};
  return result;
}

}  // namespace qtool
