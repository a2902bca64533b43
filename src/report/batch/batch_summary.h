#pragma once
/// What became of the jobs of a batch, in one table: on the terminal, as summary.md, summary.csv, summary.json and
/// summary.html.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/names.h"
#include "measure/metric_info.h"

namespace qtool {

/// A number, and what it says.
struct MetricValue {
  MetricInfo info = {};
  double value = 0;  ///< in its unit
};

/// What a job measured; empty where its task does not.
struct JobMetrics {
  std::optional<MetricValue> metric = {};  ///< THE metric of its report
  std::optional<double> drop = {};         ///< what of it is lost against the reference, in its unit
  std::optional<double> drop_low = {}, drop_high = {};  ///< its 95 % confidence interval
  std::optional<MetricValue> agreement = {};            ///< with the reference
  std::optional<double> size_ratio = {};                ///< int8 / float
  std::optional<int64_t> bytes = {};                    ///< of the model
  std::optional<double> latency_ms = {};                ///< median
  std::optional<int64_t> batch = {};                    ///< of the latency
  std::vector<std::string> failed_gates = {};           ///< their names
};

enum class Verdict { kOk, kGateFailed, kFailed, kSkipped, kInterrupted };
template <>
struct Names<Verdict> {
  static constexpr const char* kind = "verdict";
  static constexpr NamedValue<Verdict> table[] = {
      {Verdict::kOk, "ok", "done"},
      {Verdict::kGateFailed, "gate failed", "done, and a limit is passed"},
      {Verdict::kFailed, "failed", "ended with an error"},
      {Verdict::kSkipped, "skipped", "not run"},
      {Verdict::kInterrupted, "interrupted", "stopped by Ctrl-C"}};
};

/// Whether the job's results are there, be it that a gate failed.
[[nodiscard]] constexpr bool did_its_work(Verdict verdict) {
  return verdict == Verdict::kOk || verdict == Verdict::kGateFailed;
}

struct SummaryRow {
  std::string job = {}, task = {};
  Verdict verdict = Verdict::kSkipped;
  std::string reason = {};  ///< what the verdict does not say, e.g. the gate or the error
  bool unchanged = false;   ///< not run again, as --resume found it done
  int exit_code = 0;        ///< of the job
  double seconds = 0;
  std::string output = {};  ///< folder, or file with the result
  std::string report = {};  ///< its report.html, from the batch's folder; empty where there is none
  JobMetrics metrics = {};
};

/// `ok, unchanged`, `gate failed: max_drop`
[[nodiscard]] std::string verdict_text(const SummaryRow& row);

struct BatchSummary {
  std::string config = {};  ///< the batch file
  std::vector<SummaryRow> rows = {};
};

/// The cells of the table, its title row first; `-` where nothing was measured.
[[nodiscard]] std::vector<std::vector<std::string>> summary_cells(const BatchSummary& summary);

/// `3 jobs, all ok`, `4 jobs: 2 ok, 1 gate failed, 1 skipped`
[[nodiscard]] std::string summary_headline(const BatchSummary& summary);
[[nodiscard]] std::string summary_markdown(const BatchSummary& summary);
[[nodiscard]] std::string summary_csv(const BatchSummary& summary);  ///< RFC 4180; numbers unrounded
[[nodiscard]] std::string summary_json(const BatchSummary& summary);
/// One file that opens without a network (report/html_page.h): the table, and the fronts as charts.
[[nodiscard]] std::string summary_html(const BatchSummary& summary);

/// 0; 1 where only gates failed; else the highest exit code.
[[nodiscard]] int exit_code_of(const BatchSummary& summary);

}  // namespace qtool
