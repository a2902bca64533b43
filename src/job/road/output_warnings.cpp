#include "job/road/output_warnings.h"

#include <algorithm>
#include <optional>

#include "report/markdown_table.h"

namespace qtool {
namespace {

constexpr size_t kMostNamed = 8;
constexpr double kPoorChannel = 10, kHidden = 20;  ///< dB

/// `channel 4 of 8`, `channels 4, 5, 6 of 8`, `channels 0, 1, 2, 3, 4, 5, 6, 7 and 12 more of 100`
std::string channels_text(const std::vector<int64_t>& channels, int64_t count) {
  std::string text = channels.size() == 1 ? "channel " : "channels ";
  for (size_t i = 0; i < std::min(channels.size(), kMostNamed); ++i)
    text += (i ? ", " : "") + std::to_string(channels[i]);
  if (channels.size() > kMostNamed) text += " and " + std::to_string(channels.size() - kMostNamed) + " more";
  return text + " of " + std::to_string(count);
}

std::optional<std::string> warning_of(const OutputQuality& output, const std::string& reference,
                                      const std::string& model) {
  if (output.left_out > 0)
    return std::to_string(output.left_out) + (output.left_out == 1 ? " batch has" : " batches have") +
           " another number of rows in " + model + " than in " + reference + ", as detections do, and " +
           (output.left_out == 1 ? "is" : "are") + " not compared: judge the model by a metric of your own";
  if (!output.constant.empty())
    return channels_text(output.constant, output.channels) + " varied in " + reference + ", by up to " +
           short_number(output.lost_range) + ", and " + (output.constant.size() == 1 ? "is" : "are") +
           " constant in " + model +
           ": smaller than a step of the grid, of this output or of a layer before it";
  const bool is_hidden = output.worst_channel && output.worst_sqnr_db < kPoorChannel &&
                         output.worst_sqnr_db + kHidden <= output.sqnr_db;
  if (!is_hidden) return std::nullopt;
  return channels_text({*output.worst_channel}, output.channels) + " has an SQNR of " +
         fixed(output.worst_sqnr_db, 1) + " dB in " + model + ", which the " + fixed(output.sqnr_db, 1) +
         " dB of the whole output hide";
}

}  // namespace

std::vector<std::string> output_warnings(const std::vector<OutputQuality>& outputs,
                                         const std::string& reference, const std::string& model) {
  std::vector<std::string> warnings;
  for (size_t i = 0; i < outputs.size(); ++i)
    if (const auto warning = warning_of(outputs[i], reference, model))
      warnings.push_back("output " + std::to_string(i) + ": " + *warning);
  return warnings;
}

}  // namespace qtool
