#pragma once
#include <string>
#include <utility>
#include <vector>

#include "options/option_tree.h"
#include "report/job/report.h"

namespace qtool {

/// The settings that decide what the numbers of a file are: all but paths, data, reports and gates.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> recipe_of(const OptionGroup& tree);

/// What a file tells of where it comes from, as JSON: qtool's version, SHA-256 of the model and of the data that it was
/// calibrated on, the recipe, the metrics at each rung, and SHA-256 of weights that lie beside the file, where some do.
/// The same job gives the same bytes: there are no times and no paths in it.
[[nodiscard]] std::string manifest_of(const Report& report, const std::string& target,
                                      const std::string& data_sha256,
                                      const std::vector<std::pair<std::string, std::string>>& recipe,
                                      const std::string& weights_sha256 = "");

}  // namespace qtool
