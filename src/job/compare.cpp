#include "job/compare.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/job/judge.h"
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

std::optional<double> of_rung(const Report& report, const std::string& name,
                              std::optional<double> Rung::*member) {
  const auto* rung = report.rung(name);
  return rung ? rung->*member : std::nullopt;
}

std::vector<MetricChange> metric_changes(const Report& before, const Report& after) {
  std::vector<MetricChange> changes;
  const auto add = [&](const std::string& name, Unit unit, const auto& get) {
    MetricChange change{name, unit, get(before), get(after)};
    if (change.before || change.after) changes.push_back(std::move(change));
  };
  const auto bytes = [](int64_t count) { return count > 0 ? std::optional(double(count)) : std::nullopt; };
  for (const auto& rung : paired<RungChange>(before.accuracy.ladder, after.accuracy.ladder, &Rung::name))
    add(rung.name + " top-1", Unit::kFraction,
        [&](const Report& r) { return of_rung(r, rung.name, &Rung::top1); });
  add("int8 same top-1 as float", Unit::kFraction,
      [](const Report& r) { return of_rung(r, "int8", &Rung::agreement); });
  add("int8 SQNR", Unit::kDecibel, [](const Report& r) { return of_rung(r, "int8", &Rung::sqnr_db); });
  add("int8 SQNR of the worst channel", Unit::kDecibel, [](const Report& r) {
    const auto* int8 = r.rung("int8");
    return int8 ? int8->worst_channel_db() : std::nullopt;
  });
  add("float size", Unit::kBytes, [&](const Report& r) { return bytes(r.size.float_bytes); });
  add("int8 size", Unit::kBytes, [&](const Report& r) { return bytes(r.size.int8_bytes); });
  const auto time = [&](double ReportLatency::*member) {
    return [member](const Report& r) {
      return r.timing.latency ? std::optional((*r.timing.latency).*member) : std::nullopt;
    };
  };
  add("float latency", Unit::kMilliseconds, time(&ReportLatency::float_ms));
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

std::optional<double> loss(const std::optional<double>& before, const std::optional<double>& after) {
  return before && after ? std::optional(*before - *after) : std::nullopt;
}

/// Percent by which `after` is more.
std::optional<double> increase(std::optional<double> before, std::optional<double> after) {
  return before && after && *before > 0 ? std::optional((*after / *before - 1) * 100) : std::nullopt;
}

std::vector<GateResult> judge_change(const Report& before, const Report& after, const ChangeGates& gates) {
  static constexpr GateBound accuracy{"max_accuracy_loss", "top-1 of int8 lost:", " points", 2, true};
  static constexpr GateBound agreement{"max_accuracy_loss", "agreement with float lost:", " points", 2, true};
  static constexpr GateBound sqnr{"max_sqnr_loss", "SQNR of int8 lost:", " dB", 2, true};
  static constexpr GateBound size{"max_size_increase", "growth of the int8 file:", " %", 1, true};
  static constexpr GateBound latency{"max_latency_increase", "longer latency of int8:", " %", 1, true};
  const auto int8_loss = [&](std::optional<double> Rung::*member) {
    return loss(of_rung(before, "int8", member), of_rung(after, "int8", member));
  };
  const auto in_points = [](const std::optional<double>& x) {
    return x ? std::optional(*x * 100) : std::nullopt;
  };
  const auto time = [](const Report& r) {
    return r.timing.latency ? std::optional(r.timing.latency->int8_ms) : std::nullopt;
  };
  std::vector<GateResult> results;
  if (gates.max_accuracy_loss) {
    const auto top1 = int8_loss(&Rung::top1);
    results.push_back(judge(top1 ? accuracy : agreement, *gates.max_accuracy_loss,
                            in_points(top1 ? top1 : int8_loss(&Rung::agreement))));
  }
  if (gates.max_sqnr_loss) results.push_back(judge(sqnr, *gates.max_sqnr_loss, int8_loss(&Rung::sqnr_db)));
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
