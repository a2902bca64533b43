#pragma once
#include <optional>
#include <string>
#include <vector>

#include "job/options/common_options.h"
#include "options/options.h"
#include "report/ci/ci.h"
#include "report/job/report.h"

namespace qtool {

/// Limits on what a change of a model, a recipe or qtool may cost.
struct ChangeGates {
  std::optional<double> max_accuracy_loss =
      {};  ///< of int8 by the metric, in its unit (of percents: in points); agreement with float without targets
  std::optional<double> max_sqnr_loss = {};         ///< of int8 against float, in dB
  std::optional<double> max_size_increase = {};     ///< of the int8 file, in percent
  std::optional<double> max_latency_increase = {};  ///< of int8, in percent
};

template <class Visitor>
void describe(Visitor& v, ChangeGates& o) {
  v.field("max_accuracy_loss", o.max_accuracy_loss,
          "what int8 may lose of the metric (top-1), in points; of agreement with float where there are no "
          "labels",
          between(0, 100));
  v.field("max_sqnr_loss", o.max_sqnr_loss, "SQNR of int8 that may be lost, in dB", at_least(0));
  v.field("max_size_increase", o.max_size_increase, "percent by which the int8 file may grow", at_least(0));
  v.field("max_latency_increase", o.max_latency_increase, "percent by which int8 may take longer",
          at_least(0));
}

struct CompareOptions {
  std::string before = {}, after = {};  ///< report.json
  ChangeGates gates = {};
  CiOptions ci = {};
};

template <class Visitor>
void describe(Visitor& v, CompareOptions& o) {
  v.field("before", o.before, "report.json to compare with", positional, required, path_field);
  v.field("after", o.after, "report.json of the change", positional, required, path_field);
  v.group("gates", o.gates);
  v.group("ci", o.ci);
}

enum class Unit { kMetric, kDecibel, kBytes, kMilliseconds };

/// One number of the result in both reports; empty where a report lacks it.
struct MetricChange {
  std::string name = {};
  Unit unit = Unit::kMetric;
  MetricInfo metric = {};  ///< of which it is, where that is the unit
  std::optional<double> before = {}, after = {};
};

/// A setting that differs; empty where a report does not have it.
struct SettingChange {
  std::string key = {};
  std::optional<std::string> before = {}, after = {};
};

/// A site, or an operator in float, that differs; empty where a report does not have it.
struct SiteChange {
  std::string site = {};
  std::optional<ReportLayer> before = {}, after = {};
};

/// A layer whose cost differs.
struct LayerChange {
  std::string layer = {};
  std::optional<ReportBlame> before = {}, after = {};
};

struct Comparison {
  std::vector<MetricChange> metrics = {};    ///< all that either report has
  std::vector<SettingChange> settings = {};  ///< by key
  std::vector<LayerChange> layers = {};  ///< the largest change of the noise that a layer makes alone first
  std::vector<SiteChange> sites =
      {};  ///< those that came, went or changed their scheme first, then by change of SQNR
  std::vector<std::string> notes = {};  ///< what makes the two hard to compare
  std::vector<GateResult> gates = {};
};

[[nodiscard]] Comparison compare_reports(const Report& before, const Report& after, const ChangeGates& gates);

/// Reads both files; throws what read_report() throws.
[[nodiscard]] Comparison run_compare(const CompareOptions& options);

}  // namespace qtool
