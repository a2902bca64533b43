#include "report/tune/tune_report.h"

#include <algorithm>
#include <functional>

#include "report/batch/pareto.h"
#include "report/html_page.h"
#include "report/job/metric_text.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

std::string drop_text(const TuneReport& report, const TuneDrop& drop) {
  std::string text = metric_number(report.metric, drop.value);
  if (drop.low && drop.high)
    text += " (" + metric_number(report.metric, *drop.low) + " to " +
            metric_number(report.metric, *drop.high) + ")";
  return text;
}

std::string bits_text(int64_t bits) { return bits == 0 ? "float" : std::to_string(bits); }

/// `12 x 8, 3 x 4, 1 x float; quick`
std::string bits_summary(const TuneTrial& trial) {
  std::vector<int64_t> kinds = trial.bits;
  std::sort(kinds.begin(), kinds.end(), std::greater<>());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  std::string text;
  for (const int64_t bits : kinds)
    text += (text.empty() ? "" : ", ") +
            std::to_string(std::count(trial.bits.begin(), trial.bits.end(), bits)) + " x " + bits_text(bits);
  return text + (trial.quick ? "; quick" : "");
}

std::string title_of(const TuneReport& report) {
  const auto slash = report.model.find_last_of('/');
  return report.model.substr(slash == std::string::npos ? 0 : slash + 1) + " tuned";
}

std::string layers_table(const TuneReport& report) {
  std::vector<MarkdownTable::Column> columns = {{"layer"}, {"weights", true}, {"bits", true}};
  for (const int64_t bits : {8, 6, 4, 3, 2}) columns.push_back({"noise at " + std::to_string(bits), true});
  MarkdownTable table(columns);
  for (size_t i = 0; i < report.layers.size(); ++i) {
    const auto& layer = report.layers[i];
    std::vector<Markdown> cells = {Markdown::code(layer.name), std::to_string(layer.weights),
                                   report.best ? bits_text(report.trials[*report.best].bits[i]) : "-"};
    for (const int64_t bits : {8, 6, 4, 3, 2}) {
      const auto choice = std::find_if(layer.choices.begin(), layer.choices.end(),
                                       [&](const TuneChoice& c) { return c.bits == bits; });
      cells.emplace_back(choice == layer.choices.end() || !choice->noise ? "-"
                                                                         : short_number(*choice->noise));
    }
    table.add(std::move(cells));
  }
  return table.text();
}

std::string trials_table(const TuneReport& report) {
  const std::string unit = difference_unit(report.metric);
  MarkdownTable table({{"trial", true},
                       {"layers x bits"},
                       {report.metric.title + " lost" + (unit.empty() ? "" : "," + unit), true},
                       {"samples", true},
                       {"size", true},
                       {"ms", true},
                       {"result"}});
  for (size_t i = 0; i < report.trials.size(); ++i) {
    const auto& trial = report.trials[i];
    table.add({std::to_string(i + 1), bits_summary(trial), drop_text(report, trial.known()),
               std::to_string(trial.known().samples), trial.bytes ? bytes_text(*trial.bytes) : "-",
               trial.latency_ms ? fixed(*trial.latency_ms, 2) : "-", tune_verdict(report, i)});
  }
  return table.text();
}

}  // namespace

std::string tune_verdict(const TuneReport& report, size_t trial) {
  const auto& row = report.trials[trial];
  if (report.best == trial) return "best";
  if (row.drop) return report.meets(row) ? "meets the target" : "loses too much";
  if (report.seems_to_meet(row)) return "seems to meet it";
  return "loses too much";
}

std::vector<size_t> tune_front(const TuneReport& report) {
  std::vector<size_t> places;
  std::vector<ParetoPoint> points;
  for (size_t i = 0; i < report.trials.size(); ++i) {
    const auto& trial = report.trials[i];
    if (!trial.bytes || !trial.drop) continue;
    places.push_back(i);
    points.push_back({double(*trial.bytes), -trial.drop->value});
  }
  std::vector<size_t> front;
  for (const size_t point : pareto_front(points)) front.push_back(places[point]);
  return front;
}

std::string tune_headline(const TuneReport& report) {
  const std::string trials =
      std::to_string(report.trials.size()) + (report.trials.size() == 1 ? " trial" : " trials");
  if (!report.best) return trials + ", and no model yet.";
  const auto& best = report.trials[*report.best];
  const auto& untuned = report.trials[0];
  std::string text = report.metric.title + ": " + metric_number(report.metric, best.drop->value) +
                     difference_unit(report.metric) + " lost, " +
                     (report.is_met() ? "at most " : "more than the ") +
                     metric_number(report.metric, report.max_drop) + " asked for; " + bytes_text(*best.bytes);
  if (untuned.bytes && report.best != size_t(0))
    text += ", " + fixed(double(*best.bytes) / double(*untuned.bytes), 2) + " of the untuned file";
  return text + "; " + trials + (report.finished ? ", nothing left to try." : ", more to try.");
}

std::string tune_markdown(const TuneReport& report) {
  std::string text =
      "# " + Markdown(title_of(report)).source() + "\n\n" + Markdown(tune_headline(report)).source() + "\n\n";
  text += "## Trials\n\n" + trials_table(report);
  text +=
      "The first is the job's recipe with nothing tuned. Quick trials leave out the improvements that take "
      "long; "
      "they and\nthose without a size were judged by their simulation, on the first of the samples.\n\n";
  text +=
      "## Layers\n\nThe bits of the weights in the best model, and the noise that each width adds to the "
      "outputs "
      "alone, as a\nshare of the signal's power.\n\n" +
      layers_table(report);
  if (report.calibrators.empty()) return text;
  MarkdownTable table({{"calibrator"}, {"SQNR, dB", true}});
  for (const auto& row : report.calibrators)
    table.add({row.name + (row.name == report.calibrator ? ", taken" : ""), fixed(row.sqnr_db, 2)});
  return text + "## Calibrators\n\n" + table.text();
}

std::string tune_html(const TuneReport& report) {
  return html_page(Page::kTune, {title_of(report), tune_headline(report), tune_json(report)});
}

}  // namespace qtool
