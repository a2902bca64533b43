#include "train/history.h"

#include <nlohmann/json.hpp>

#include "base/json_text.h"

namespace qtool {

std::string history_json(const std::vector<EpochResult>& history, const MetricInfo& metric,
                         int64_t best_epoch) {
  nlohmann::ordered_json json;
  json["schema"] = 2;
  json["metric"] = {{"name", metric.name}, {"unit", metric.unit}, {"better", to_string(metric.better)}};
  if (best_epoch >= 0)
    json["best_epoch"] = best_epoch;
  else
    json["best_epoch"] = nullptr;
  json["epochs"] = nlohmann::ordered_json::array();
  for (const EpochResult& epoch : history)
    json["epochs"].push_back({{"epoch", epoch.epoch},
                              {"loss", epoch.loss},
                              {"score", epoch.score},
                              {"validation_score", epoch.validation_score},
                              {"learning_rate", epoch.learning_rate},
                              {"seconds", epoch.seconds}});
  return json_text(json);
}

}  // namespace qtool
