#include "calibrate/statistics_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_text.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "qtool-calibration-1";

[[noreturn]] void refuse(const std::string& path, const std::string& got) {
  throw Error(ErrorKind::kUsage,
              {.what = "this is not a calibration file that qtool can use",
               .where = path,
               .got = got,
               .expected = std::string("JSON with schema ") + kSchema + ", as `qtool ptq` writes it",
               .fix = "calibrate again with --data"});
}

/// Without the zeros at both ends.
Json to_json(const Histogram& histogram) {
  const auto counts = histogram.counts();
  const auto used = [](int64_t count) { return count != 0; };
  const auto begin = std::find_if(counts.begin(), counts.end(), used);
  const auto end = std::find_if(counts.rbegin(), std::make_reverse_iterator(begin), used).base();
  return {{"width_exponent", histogram.width_exponent()},
          {"first", histogram.first()},
          {"skipped", begin - counts.begin()},
          {"counts", std::vector<int64_t>(begin, end)}};
}

Histogram histogram_from(const Json& json, const std::string& path, const std::string& site) {
  const auto exponent = json.at("width_exponent").get<int>();
  const auto first = json.at("first").get<int64_t>();
  const auto skipped = json.at("skipped").get<int64_t>();
  const auto used = json.at("counts").get<std::vector<int64_t>>();
  const bool is_sane =
      exponent >= -126 && exponent <= 127 && (first == 0 || first == -Histogram::kBins / 2) && skipped >= 0 &&
      skipped <= Histogram::kBins && static_cast<int64_t>(used.size()) <= Histogram::kBins - skipped &&
      std::all_of(used.begin(), used.end(), [](int64_t count) { return count >= 0; });
  if (!is_sane) refuse(path, "a histogram of " + site + " that contradicts itself");
  if (used.empty()) return {};
  std::vector<int64_t> counts(static_cast<size_t>(Histogram::kBins), 0);
  std::copy(used.begin(), used.end(), counts.begin() + skipped);
  return Histogram::restore(exponent, first, std::move(counts));
}

Json to_json(const SiteStatistics& site) {
  Json json = {{"site", site.site}, {"batches", site.batches}, {"values", site.values}};
  if (site.not_finite > 0) json["not_finite"] = site.not_finite;
  if (site.values == 0) return json;
  json["low"] = site.low;
  json["high"] = site.high;
  json["sum_of_lows"] = site.sum_of_lows;
  json["sum_of_highs"] = site.sum_of_highs;
  json["widened_at_batch"] = site.widened_at_batch;
  json["channel_lows"] = site.channel_lows;
  json["channel_highs"] = site.channel_highs;
  json["histogram"] = to_json(site.histogram);
  return json;
}

SiteStatistics site_from(const Json& json, const std::string& path) {
  SiteStatistics site;
  site.site = json.at("site").get<std::string>();
  site.batches = json.at("batches").get<int64_t>();
  site.values = json.at("values").get<int64_t>();
  site.not_finite = json.value("not_finite", int64_t{0});
  if (site.values == 0) return site;
  site.low = json.at("low").get<double>();
  site.high = json.at("high").get<double>();
  site.sum_of_lows = json.at("sum_of_lows").get<double>();
  site.sum_of_highs = json.at("sum_of_highs").get<double>();
  site.widened_at_batch = json.at("widened_at_batch").get<int64_t>();
  site.channel_lows = json.at("channel_lows").get<std::vector<float>>();
  site.channel_highs = json.at("channel_highs").get<std::vector<float>>();
  site.histogram = histogram_from(json.at("histogram"), path, site.site);
  if (site.low > site.high || site.batches <= 0 || site.channel_lows.size() != site.channel_highs.size())
    refuse(path, "a range of " + site.site + " that contradicts itself");
  if (site.histogram.total() != site.values)
    refuse(path, site.site + ": " + std::to_string(site.histogram.total()) + " values in the histogram, " +
                     std::to_string(site.values) + " in all");
  return site;
}

}  // namespace

std::string statistics_text(const Statistics& statistics) {
  // One line a site: readable, and a diff of two files names the sites that differ.
  std::string text = "{\"schema\": \"" + std::string(kSchema) + "\", \"model_sha256\": \"" +
                     statistics.model_sha256 + "\", \"samples\": " + std::to_string(statistics.samples) +
                     ", \"sites\": [\n";
  for (size_t i = 0; i < statistics.sites.size(); ++i)
    text += json_line(to_json(statistics.sites[i])) + (i + 1 < statistics.sites.size() ? ",\n" : "\n");
  return text + "]}\n";
}

void write_statistics(const Statistics& statistics, const std::string& path) {
  write_file(path, statistics_text(statistics));
}

Statistics read_statistics(const std::string& path) { return parse_statistics(read_file(path), path); }

Statistics parse_statistics(const std::string& text, const std::string& path) {
  try {
    Json json;
    if (const auto problem = parse_json(text, json); !problem.empty()) refuse(path, problem);
    if (!json.is_object() || !json.contains("schema") || json["schema"] != kSchema)
      refuse(path, "another kind of file");
    Statistics statistics;
    statistics.model_sha256 = json.at("model_sha256").get<std::string>();
    statistics.samples = json.at("samples").get<int64_t>();
    for (const auto& site : json.at("sites")) statistics.sites.push_back(site_from(site, path));
    return statistics;
  } catch (const nlohmann::json::exception& error) {
    refuse(path, json_problem(error));
  }
}

}  // namespace qtool
