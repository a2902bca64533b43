#pragma once
#include <optional>
#include <string>

#include "config/problems.h"

namespace qtool {

/// Why a YAML text must not be made into nodes, and where: lists and maps in each other deeper than functions can call
/// themselves, a value that holds itself by an alias, aliases that stand for more values than a configuration has, or a
/// document at which the YAML library stays for ever. Throws what the library throws where it is no YAML.
struct YamlExcess {
  Place place = {};
  std::string text = {};
};
[[nodiscard]] std::optional<YamlExcess> yaml_excess(const std::string& text);

}  // namespace qtool
