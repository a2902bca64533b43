#pragma once
/// For .cpp files that write JSON: the JSON library takes long to compile.
#include <nlohmann/json.hpp>
#include <optional>

#include "report/report.h"

namespace qtool {

/// null where there is no value
template <class T>
[[nodiscard]] nlohmann::ordered_json nullable(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

[[nodiscard]] inline nlohmann::ordered_json quality_json(const ReportQuality& quality) {
  return {{"sqnr_db", quality.sqnr_db}, {"agreement", quality.agreement}};
}

[[nodiscard]] inline nlohmann::ordered_json gate_json(const GateResult& gate) {
  return {{"name", gate.name},
          {"limit", gate.limit},
          {"value", nullable(gate.value)},
          {"passed", gate.passed},
          {"within_noise", gate.within_noise},
          {"text", gate.text}};
}

}  // namespace qtool
