#pragma once
/// For .cpp files that write JSON: the JSON library takes long to compile.
#include <nlohmann/json.hpp>
#include <optional>

namespace qtool {

/// null where there is no value
template <class T>
[[nodiscard]] nlohmann::ordered_json nullable(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

}  // namespace qtool
