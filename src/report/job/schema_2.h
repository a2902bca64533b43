#pragma once
#include <nlohmann/json_fwd.hpp>

namespace qtool {

/// The schema of report.json before this one: top-1, top-5 and agreement were keys of each rung, as fractions.
inline constexpr int kSchemaOfFractions = 2;

/// Makes such a report, in place, one of today's schema as far as read_report() reads it. What is not as it should be
/// stays, for read_report() to refuse.
void upgrade_fractions(nlohmann::ordered_json& report);

}  // namespace qtool
