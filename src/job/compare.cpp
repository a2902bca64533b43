#include "job/compare.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/job/judge.h"
#include "report/job/metric_text.h"
#include "report/job/read_report.h"

namespace qtool {
namespace {

constexpr double kEverything = std::numeric_limits<double>::infinity();

template <class T, class Key>
std::optional<T> found(const std::vector<T>& elements, const Key& is_it) {
  const auto it = std::find_if(elements.begin(), elements.end(), is_it);
  return it == elements.end() ? std::nullopt : std::optional<T>(*it);
}

/// A pair for each name that either list has, in the order of the first, then of the second.
template <class Change, class T>
std::vector<Change> paired(const std::vector<T>& before, const std::vector<T>& after, std::string T::*name) {
  std::vector<Change> pairs;
  for (const auto& element : before)
    pairs.push_back(
        {element.*name, element, found(after, [&](const T& other) { return other.*name == element.*name; })});
  for (const auto& element : after)
    if (!found(before, [&](const T& other) { return other.*name == element.*name; }))
      pairs.push_back({element.*name, std::nullopt, element});
  return pairs;
}

/// Puts the largest change first, and leaves out what has not changed.
template <class Change>
std::vector<Change> by_weight(std::vector<Change> changes, double (*weight)(const Change&)) {
  std::erase_if(changes, [&](const Change& change) { return weight(change) == 0; });
  std::stable_sort(changes.begin(), changes.end(),
                   [&](const Change& a, const Change& b) { return weight(a) > weight(b); });
  return changes;
}

double distance(const std::optional<double>& a, const std::optional<double>& b) {
  if (a.has_value() != b.has_value()) return kEverything;
  return !a || *a == *b ? 0 : std::abs(*a - *b);
}

/// Power of the error by that of the signal: a decibel of little noise matters little.
double noise_of(const ReportQuality& quality) { return std::pow(10, -quality.sqnr_db / 10); }

double layer_weight(const LayerChange& change) {
  if (!change.before || !change.after) return kEverything;
  return std::abs(noise_of(change.before->alone) - noise_of(change.after->alone));
}

double site_weight(const SiteChange& change) {
  if (!change.before || !change.after) return kEverything;
  const auto &before = *change.before, &after = *change.after;
  if (before.scheme != after.scheme || before.op != after.op) return kEverything;
  return distance(before.sqnr_db, after.sqnr_db) + distance(before.scale_min, after.scale_min) +
         distance(before.scale_max, after.scale_max);
}

std::vector<SettingChange> setting_changes(const Report& before, const Report& after) {
  const auto value_in = [](const Report& report, const std::string& key) -> std::optional<std::string> {
    const auto pair = found(report.settings, [&](const auto& setting) { return setting.first == key; });
    return pair ? std::optional(pair->second) : std::nullopt;
  };
  std::vector<SettingChange> changes;
  for (const auto& [key, value] : before.settings)
    if (const auto now = value_in(after, key); now != value) changes.push_back({key, value, now});
  for (const auto& [key, value] : after.settings)
    if (!value_in(before, key)) changes.push_back({key, std::nullopt, value});
  return changes;
}

struct RungChange {
  std::string name;
  std::optional<Rung> before, after;
};

std::optional<double> sqnr_of(const Report& report) {
  const auto* int8 = report.rung("int8");
  return int8 ? int8->sqnr_db : std::nullopt;
}

std::optional<double> value_of(const Report& report, const std::string& name, const MetricInfo& metric) {
  const auto* rung = report.rung(name);
  return rung ? rung->value(metric.name) : std::nullopt;
}

/// What either report speaks of, each once.
std::vector<MetricInfo> metrics_of(const Report& before, const Report& after,
                                   const MetricInfo* (ReportAccuracy::*which)() const) {
  std::vector<MetricInfo> metrics;
  for (const auto* report : {&before, &after})
    if (const MetricInfo* metric = (report->accuracy.*which)();
        metric && (metrics.empty() || metrics[0].name != metric->name))
      metrics.push_back(*metric);
  return metrics;
}

std::vector<MetricChange> metric_changes(const Report& before, const Report& after) {
  std::vector<MetricChange> changes;
  const auto add = [&](const std::string& name, Unit unit, const auto& get, const MetricInfo& metric = {}) {
    MetricChange change{name, unit, metric, get(before), get(after)};
    if (change.before || change.after) changes.push_back(std::move(change));
  };
  const auto add_value = [&](const std::string& rung, const MetricInfo& metric) {
    add(
        rung + " " + metric_title(metric), Unit::kMetric,
        [&](const Report& r) { return value_of(r, rung, metric); }, metric);
  };
  const auto bytes = [](int64_t count) { return count > 0 ? std::optional(double(count)) : std::nullopt; };
  for (const auto& metric : metrics_of(before, after, &ReportAccuracy::metric))
    for (const auto& rung : paired<RungChange>(before.accuracy.ladder, after.accuracy.ladder, &Rung::name))
      add_value(rung.name, metric);
  for (const auto& metric : metrics_of(before, after, &ReportAccuracy::agreement)) add_value("int8", metric);
  add("int8 SQNR", Unit::kDecibel, sqnr_of);
  add("int8 SQNR of the worst channel", Unit::kDecibel, [](const Report& r) {
    const auto* int8 = r.rung("int8");
    return int8 ? int8->worst_channel_db() : std::nullopt;
  });
  add("float size", Unit::kBytes, [&](const Report& r) { return bytes(r.size.float_bytes); });
  add("int8 size", Unit::kBytes, [&](const Report& r) { return bytes(r.size.int8_bytes); });
  const auto time = [](auto member) {
    return [member](const Report& r) -> std::optional<double> {
      if (!r.timing.latency) return std::nullopt;
      return (*r.timing.latency).*member;
    };
  };
  add("float latency", Unit::kMilliseconds, time(&ReportLatency::float_ms));
  add("float latency, folded and frozen", Unit::kMilliseconds, time(&ReportLatency::folded_ms));
  add("int8 latency", Unit::kMilliseconds, time(&ReportLatency::int8_ms));
  return changes;
}

/// Numbers of different things are no change.
std::vector<std::string> notes_of(const Report& before, const Report& after) {
  std::vector<std::string> notes;
  const auto note = [&](const std::string& what, const std::string& a, const std::string& b) {
    if (a != b) notes.push_back(what + ": " + a + ", then " + b);
  };
  note("another model", before.model.sha256.substr(0, 12), after.model.sha256.substr(0, 12));
  note("accuracy on other data", before.data.spec, after.data.spec);
  note("accuracy on another number of samples", std::to_string(before.accuracy.samples),
       std::to_string(after.accuracy.samples));
  note("another qtool", before.tool.version, after.tool.version);
  note("another LibTorch", before.tool.libtorch, after.tool.libtorch);
  note("another engine", before.tool.engine, after.tool.engine);
  note("another number of threads", std::to_string(before.tool.threads), std::to_string(after.tool.threads));
  if (before.timing.latency && after.timing.latency)
    note("latency at another batch size", std::to_string(before.timing.latency->batch),
         std::to_string(after.timing.latency->batch));
  if (before.tool.cpu_features != after.tool.cpu_features)
    notes.emplace_back("another processor: latency tells nothing");
  return notes;
}

/// By the first of the metrics that both reports have of int8; of the last where there is none.
GateResult judge_accuracy(const Report& before, const Report& after, double limit) {
  auto metrics = metrics_of(before, after, &ReportAccuracy::metric);
  for (const auto& metric : metrics_of(before, after, &ReportAccuracy::agreement)) metrics.push_back(metric);
  if (metrics.empty()) metrics.push_back({.title = "accuracy"});
  const auto judged = [&](const MetricInfo& metric) {
    const auto was = value_of(before, "int8", metric), is = value_of(after, "int8", metric);
    const bool is_own = metric.against != Against::kReference;
    return judge({"max_accuracy_loss", metric_title(metric) + (is_own ? " of int8 lost:" : " lost:"),
                  difference_unit(metric), 2, true},
                 limit, was && is ? std::optional(metric.loss(*was, *is)) : std::nullopt);
  };
  for (const auto& metric : metrics)
    if (auto result = judged(metric); result.value) return result;
  return judged(metrics.back());
}

std::optional<double> loss(const std::optional<double>& before, const std::optional<double>& after) {
  return before && after ? std::optional(*before - *after) : std::nullopt;
}

/// Percent by which `after` is more.
std::optional<double> increase(std::optional<double> before, std::optional<double> after) {
  return before && after && *before > 0 ? std::optional((*after / *before - 1) * 100) : std::nullopt;
}

std::vector<GateResult> judge_change(const Report& before, const Report& after, const ChangeGates& gates) {
  static const GateBound sqnr{"max_sqnr_loss", "SQNR of int8 lost:", " dB", 2, true};
  static const GateBound size{"max_size_increase", "growth of the int8 file:", " %", 1, true};
  static const GateBound latency{"max_latency_increase", "longer latency of int8:", " %", 1, true};
  const auto time = [](const Report& r) {
    return r.timing.latency ? std::optional(r.timing.latency->int8_ms) : std::nullopt;
  };
  std::vector<GateResult> results;
  if (gates.max_accuracy_loss) results.push_back(judge_accuracy(before, after, *gates.max_accuracy_loss));
  if (gates.max_sqnr_loss)
    results.push_back(judge(sqnr, *gates.max_sqnr_loss, loss(sqnr_of(before), sqnr_of(after))));
  if (gates.max_size_increase)
    results.push_back(judge(size, *gates.max_size_increase,
                            increase(double(before.size.int8_bytes), double(after.size.int8_bytes))));
  if (gates.max_latency_increase)
    results.push_back(judge(latency, *gates.max_latency_increase, increase(time(before), time(after))));
  return results;
}

}  // namespace

Comparison compare_reports(const Report& before, const Report& after, const ChangeGates& gates) {
  static const std::vector<ReportBlame> none;
  const auto& layers_before = before.blame ? before.blame->layers : none;
  const auto& layers_after = after.blame ? after.blame->layers : none;
  return {
      .metrics = metric_changes(before, after),
      .settings = setting_changes(before, after),
      .layers =
          by_weight(paired<LayerChange>(layers_before, layers_after, &ReportBlame::layer), layer_weight),
      .sites = by_weight(paired<SiteChange>(before.layers, after.layers, &ReportLayer::site), site_weight),
      .notes = notes_of(before, after),
      .gates = judge_change(before, after, gates)};
}

Comparison run_compare(const CompareOptions& options) {
  const auto before = read_report(options.before), after = read_report(options.after);
  return compare_reports(before, after, options.gates);
}

}  // namespace qtool
