#pragma once
#include <optional>
#include <string>

#include "config/problems.h"

namespace qtool {

/// Why a YAML text must not be made into nodes, and where: lists and maps in each other deeper than functions can call themselves,
/// a value that holds itself by an alias, or aliases that stand for more values than a configuration has. Throws what the YAML
/// library throws where it is no YAML.
struct YamlExcess {
  Place place = {};
  std::string text = {};
};
[[nodiscard]] std::optional<YamlExcess> yaml_excess(const std::string& text);

}  // namespace qtool
