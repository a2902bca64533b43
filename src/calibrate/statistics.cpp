#include "calibrate/statistics.h"

#include <algorithm>

#include "base/error.h"

namespace qtool {
namespace {

void merge_channels(SiteStatistics& to, const SiteStatistics& from) {
  if (to.channel_lows.size() != from.channel_lows.size()) {
    to.channel_lows.clear();
    to.channel_highs.clear();
  }
  for (size_t i = 0; i < to.channel_lows.size(); ++i) {
    to.channel_lows[i] = std::min(to.channel_lows[i], from.channel_lows[i]);
    to.channel_highs[i] = std::max(to.channel_highs[i], from.channel_highs[i]);
  }
}

void check_same_model(const Statistics& first, const Statistics& other, const std::string& first_name,
                      const std::string& other_name) {
  const auto same_name = [](const SiteStatistics& a, const SiteStatistics& b) { return a.site == b.site; };
  const bool same_sites =
      std::equal(first.sites.begin(), first.sites.end(), other.sites.begin(), other.sites.end(), same_name);
  if (first.model_sha256 == other.model_sha256 && same_sites) return;
  throw Error(ErrorKind::kUsage,
              {.what = same_sites ? "two calibration files are of different models"
                                  : "two calibration files have different sites",
               .where = other_name,
               .got = "model " + other.model_sha256.substr(0, 12) + ", " +
                      std::to_string(other.sites.size()) + " sites",
               .expected = "as in " + first_name + ": model " + first.model_sha256.substr(0, 12) + ", " +
                           std::to_string(first.sites.size()) + " sites",
               .fix = "merge files that were calibrated with the same model and recipe"});
}

std::string list_channels(const std::vector<size_t>& channels) {
  std::string text;
  for (size_t i = 0; i < std::min<size_t>(channels.size(), 8); ++i)
    text += (i ? ", " : "") + std::to_string(channels[i]);
  return text + (channels.size() > 8 ? ", ..." : "");
}

void examine_channels(const SiteStatistics& site, std::vector<std::string>& warnings) {
  std::vector<size_t> dead;
  for (size_t i = 0; i < site.channel_lows.size(); ++i)
    if (site.channel_lows[i] == site.channel_highs[i]) dead.push_back(i);
  if (dead.empty() || site.channel_lows.size() < 2) return;
  warnings.push_back(site.site + ": " + std::to_string(dead.size()) + " of " +
                     std::to_string(site.channel_lows.size()) + " channels never change (" +
                     list_channels(dead) + "): dead channels, or too little data");
}

}  // namespace

void merge(SiteStatistics& statistics, const SiteStatistics& other) {
  const double old_range = statistics.high - statistics.low;
  if (other.widened_at_batch > 0 || statistics.batches == 0) {
    const double low = std::min(statistics.low, other.low), high = std::max(statistics.high, other.high);
    if (statistics.batches == 0 || high - low > 1.25 * old_range)
      statistics.widened_at_batch = statistics.batches + other.widened_at_batch;
  }
  if (statistics.batches == 0) {
    statistics.channel_lows = other.channel_lows;
    statistics.channel_highs = other.channel_highs;
  } else if (other.batches > 0) {
    merge_channels(statistics, other);
  }
  statistics.batches += other.batches;
  statistics.values += other.values;
  statistics.not_finite += other.not_finite;
  statistics.low = std::min(statistics.low, other.low);
  statistics.high = std::max(statistics.high, other.high);
  statistics.sum_of_lows += other.sum_of_lows;
  statistics.sum_of_highs += other.sum_of_highs;
  statistics.histogram.merge(other.histogram);
}

const SiteStatistics* find_statistics(const Statistics& statistics, const std::string& site) {
  const auto found = std::find_if(statistics.sites.begin(), statistics.sites.end(),
                                  [&](const SiteStatistics& s) { return s.site == site; });
  return found == statistics.sites.end() ? nullptr : &*found;
}

Statistics merge(const std::vector<Statistics>& runs, const std::vector<std::string>& names) {
  QTOOL_ASSERT(!runs.empty() && runs.size() == names.size());
  Statistics total = runs[0];
  for (size_t i = 1; i < runs.size(); ++i) {
    check_same_model(total, runs[i], names[0], names[i]);
    total.samples += runs[i].samples;
    for (size_t k = 0; k < total.sites.size(); ++k) merge(total.sites[k], runs[i].sites[k]);
  }
  return total;
}

std::vector<std::string> examine(const Statistics& statistics) {
  std::vector<std::string> warnings;
  for (const auto& site : statistics.sites) {
    if (site.site.ends_with(kOperandEnding)) continue;
    if (site.values == 0) {
      warnings.push_back(site.site + ": saw no values; the data never reaches it");
    } else if (site.low == site.high) {
      warnings.push_back(site.site + ": is constant (" + std::to_string(site.low) + ")");
    } else if (site.batches >= 4 && site.widened_at_batch * 4 > site.batches * 3) {
      warnings.push_back(site.site + ": its range still widened by over a quarter in batch " +
                         std::to_string(site.widened_at_batch) + " of " + std::to_string(site.batches) +
                         "; use more calibration samples");
    } else {
      examine_channels(site, warnings);
    }
  }
  return warnings;
}

}  // namespace qtool
