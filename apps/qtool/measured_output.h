#pragma once
/// What the commands that measure models share in how they print.
#include <spdlog/spdlog.h>

#include <string>
#include <vector>

#include "job/eval.h"
#include "job/options/context.h"
#include "output.h"
#include "streams.h"

namespace qtool {

/// A value in its unit; `-` where there is none.
[[nodiscard]] std::string value_text(const MetricResult& metric);
/// Titles and values of the metrics against targets, in the same order.
[[nodiscard]] std::vector<std::string> target_titles(const Evaluation& evaluation);
[[nodiscard]] std::vector<std::string> target_values(const Evaluation& evaluation);

/// What arrived and the warnings go to the log. People are told the result, of a dry run what it would have done;
/// programs get JSON.
template <class Result, class ToText>
void print_measured(const Result& result, const Context& context, const std::string& would, ToText to_text) {
  context.progress.stage("");
  log_arrival(result.arrival);
  for (const auto& warning : result.warnings) spdlog::warn(warning);
  if (context.common.json)
    print(to_json(result));
  else
    print(context.common.dry_run ? "would " + would + "\n" : to_text(result));
}

}  // namespace qtool
