#include "job/json/train_json.h"

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "report/job/json_node.h"
#include "report/job/json_parts.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

const JsonOrigin kTrainJson = printed_by("train");

EpochResult epoch_from(const JsonNode& node) {
  return {.epoch = node.at("epoch").whole(),
          .loss = node.at("loss").number_or_nan(),
          .score = node.at("score").number_or_nan(),
          .validation_score = node.at("validation_score").number_or_nan()};
}

}  // namespace

std::string to_json(const TrainJobResult& result) {
  Json json;
  json["schema"] = 2;
  json["metric"] = metric_json(result.train.metric);
  json["directory"] = result.directory;
  json["parameters"] = result.parameters;
  json["files"] = result.files;
  json["warnings"] = result.warnings;
  if (!result.train.history.empty()) {
    const EpochResult& best = result.train.history.at(static_cast<size_t>(result.train.best_epoch));
    json["best"] = {{"epoch", best.epoch},
                    {"loss", best.loss},
                    {"score", best.score},
                    {"validation_score", best.validation_score}};
  }
  return json_text(json);
}

TrainJobResult read_train_json(const std::string& text) {
  const Json json = read_json(text, kTrainJson);
  const JsonNode root(kTrainJson, json);
  TrainJobResult result{.parameters = root.at("parameters").whole(),
                        .warnings = root.at("warnings").list(text_from),
                        .directory = root.at("directory").text()};
  result.train.metric = metric_from(root.at("metric"));
  if (const auto best = root.at_or_null("best"); !best.is_null()) result.train.history = {epoch_from(best)};
  return result;
}

}  // namespace qtool
