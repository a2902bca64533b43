#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "base/names.h"
#include "base/safe_text.h"
#include "report/job/data_lines.h"
#include "report/job/headline.h"
#include "report/job/metric_text.h"
#include "report/job/report.h"
#include "report/job/report_text.h"
#include "report/job/target_table.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

std::string or_dash(const std::optional<double>& value, const std::function<std::string(double)>& print) {
  return value ? print(*value) : "-";
}
std::string percent1(double fraction) { return percent(fraction, 1); }
std::string percent3(double fraction) { return percent(fraction, 3); }
std::string decibel(double value) { return fixed(value, 1); }
std::string cosine_text(double value) { return fixed(value, 6); }

std::string bullet(const std::string& mark, const Markdown& line) {
  return "- " + mark + line.source() + "\n";
}

/// A column, and what it has of each rung.
struct LadderColumn {
  std::string title;
  std::function<std::optional<double>(const Rung&)> value;
  std::function<std::string(double)> print;
};

/// Those that no rung has anything for are left out.
std::vector<LadderColumn> ladder_columns(const ReportAccuracy& accuracy) {
  std::vector<LadderColumn> columns;
  for (const auto& metric : accuracy.metrics)
    columns.push_back({metric_title(metric), [&](const Rung& rung) { return rung.value(metric.name); },
                       [&](double value) { return metric_text(metric, value); }});
  columns.push_back({"cosine", [](const Rung& rung) { return rung.cosine; }, cosine_text});
  columns.push_back({"SQNR dB", [](const Rung& rung) { return rung.sqnr_db; }, decibel});
  columns.push_back({"worst channel dB", [](const Rung& rung) { return rung.worst_channel_db(); }, decibel});
  std::erase_if(columns, [&](const LadderColumn& column) {
    const auto& ladder = accuracy.ladder;
    return std::none_of(ladder.begin(), ladder.end(),
                        [&](const Rung& rung) { return column.value(rung).has_value(); });
  });
  return columns;
}

std::string data_section(const ReportData& data) {
  MarkdownTable table({{"input"},
                       {"type"},
                       {"shape"},
                       {"range", true},
                       {"mean", true},
                       {"standard deviation", true},
                       {"first layer"}});
  for (const auto& input : data.inputs)
    table.add({Markdown::code(input.name), input.dtype, shape_text(input), range_text(input),
               short_number(input.mean), short_number(input.deviation), input.first_reader});
  std::string text = table.text();
  for (const auto& note : data.notes) text += bullet("", note);
  if (!data.notes.empty()) text += "\n";
  return text.empty() ? text : "## What arrived\n\n" + text;
}

std::string outputs_section(const Rung& rung) {
  MarkdownTable table({{"output of " + rung.name},
                       {"cosine", true},
                       {"SQNR dB", true},
                       {"channels", true},
                       {"worst channel", true},
                       {"SQNR dB there", true},
                       {"became constant", true}});
  for (size_t i = 0; i < rung.outputs.size(); ++i) {
    const auto& output = rung.outputs[i];
    table.add({std::to_string(i), or_dash(output.cosine, cosine_text), or_dash(output.sqnr_db, sqnr_text),
               output.channels > 0 ? std::to_string(output.channels) : "-",
               output.worst_channel ? std::to_string(*output.worst_channel) : "-",
               or_dash(output.worst_sqnr_db, sqnr_text), std::to_string(output.constant_channels.size())});
  }
  return table.text();
}

/// The one of the file that gates speak of; else the last.
const Rung& shown_rung(const std::vector<Rung>& ladder) {
  const auto int8 =
      std::find_if(ladder.begin(), ladder.end(), [](const Rung& rung) { return rung.name == "int8"; });
  return int8 == ladder.end() ? ladder.back() : *int8;
}

std::string ladder_section(const ReportAccuracy& accuracy) {
  if (accuracy.ladder.empty()) return {};
  const auto shown = ladder_columns(accuracy);
  std::vector<MarkdownTable::Column> titles = {{"rung"}};
  for (const auto& column : shown) titles.push_back({column.title, true});
  MarkdownTable table(titles);
  for (const auto& rung : accuracy.ladder) {
    std::vector<Markdown> cells = {rung.name};
    for (const auto& column : shown) cells.emplace_back(or_dash(column.value(rung), column.print));
    table.add(cells);
  }
  return "## Accuracy\n\nOn " + std::to_string(accuracy.samples) + " samples.\n\n" + table.text() +
         outputs_section(shown_rung(accuracy.ladder));
}

std::string training_section(const std::vector<ReportEpoch>& curve, const MetricInfo& metric) {
  const std::string& score = metric.title;
  MarkdownTable table(
      {{"epoch"}, {"loss", true}, {score, true}, {"held-out " + score, true}, {"learning rate", true}, {""}});
  for (const auto& epoch : curve)
    table.add({std::to_string(epoch.epoch), fixed(epoch.loss, 4), metric_text(metric, epoch.score),
               std::isnan(epoch.validation_score) ? "-" : metric_text(metric, epoch.validation_score),
               short_number(epoch.learning_rate), epoch.best ? "kept" : ""});
  const std::string text = table.text();
  return text.empty() ? text : "## Training\n\n" + text;
}

std::string simulated_section(const std::optional<SimulatedVsInt8>& difference) {
  if (!difference) return {};
  return "int8 against simulated: off by at most " + std::to_string(difference->max_steps) +
         (difference->max_steps == 1 ? " step, on " : " steps, on ") + percent(difference->differing) +
         " of the elements" +
         (difference->same_top1 ? "; same top-1 on " + percent(*difference->same_top1) + " of the samples"
                                : "") +
         ".\n\n";
}

std::string targets_section(const Report& report) {
  const auto rows = target_table(report);
  if (rows.empty()) return {};
  std::vector<MarkdownTable::Column> titles;
  for (const auto& title : rows[0]) titles.push_back({title, titles.size() > 1});
  MarkdownTable table(titles);
  for (size_t i = 1; i < rows.size(); ++i) table.add(std::vector<Markdown>(rows[i].begin(), rows[i].end()));
  return "## Files for runtimes\n\nGates, headline and `int8` are of the first.\n\n" + table.text();
}

std::string gates_section(const std::vector<GateResult>& gates) {
  if (gates.empty()) return {};
  std::string text = "## Gates\n\n";
  for (const auto& gate : gates) text += bullet(gate.passed ? "passed: " : "**failed**: ", gate.text);
  return text + "\n";
}

std::string size_section(const Report& report) {
  MarkdownTable table({{""}, {"float", true}, {"int8", true}, {"ratio", true}});
  if (report.size.float_bytes > 0)
    table.add({"size", bytes_text(report.size.float_bytes), bytes_text(report.size.int8_bytes),
               fixed(report.size.ratio(), 3)});
  if (const auto& latency = report.timing.latency) {
    const auto add = [&](const std::string& title, double float_ms) {
      table.add({title, fixed(float_ms, 2) + " ms", fixed(latency->int8_ms, 2) + " ms",
                 fixed(latency->int8_ms / float_ms, 3)});
    };
    add("latency at batch " + std::to_string(latency->batch), latency->float_ms);
    if (latency->folded_ms) add("against float folded and frozen", *latency->folded_ms);
  }
  const std::string text = table.text();
  return text.empty() ? text : "## Size and speed\n\n" + text;
}

/// What `--prefer speed` would leave in float, and the recipe that does it in each run.
std::string slow_section(const std::vector<ReportRegion>& regions) {
  if (regions.empty()) return {};
  MarkdownTable table({{"layers"}, {"batch", true}, {"float", true}, {"int8", true}, {"won in float", true}});
  std::vector<std::string> skipped;
  for (const auto& region : regions) {
    const auto& layers = region.layers;
    skipped.insert(skipped.end(), layers.begin(), layers.end());
    table.add({Markdown::code(layers.size() == 1 ? layers[0] : layers.front() + " to " + layers.back()),
               std::to_string(region.batch), fixed(region.float_ms, 3) + " ms",
               fixed(region.int8_ms, 3) + " ms", fixed(region.int8_ms - region.float_ms, 3) + " ms"});
  }
  return "## Slower in int8 than in float\n\nOn this processor, each with its steps from and to float, "
         "against float "
         "folded and frozen. `--prefer speed` leaves them in float; as a recipe:\n\n```yaml\nquantize:\n  "
         "skip: [" +
         safe_line(join(skipped)) + "]\n```\n\n" + table.text();
}

std::string signed_number(double value, int digits) { return (value > 0 ? "+" : "") + fixed(value, digits); }

std::string improvement_verdict(const ReportImprovement& improvement) {
  return improvement.kept ? "kept" : "dropped: " + improvement.why;
}

std::string improvements_section(const Report& report) {
  if (report.improvements.empty()) return {};
  const std::map<std::string, double> seconds(report.timing.improvements_s.begin(),
                                              report.timing.improvements_s.end());
  MarkdownTable table(
      {{"improvement"}, {"SQNR dB before", true}, {"with it", true}, {"seconds", true}, {"verdict"}});
  for (const auto& row : report.improvements) {
    const auto took = seconds.find(row.name);
    table.add({row.name, or_dash(row.before_db, sqnr_text), or_dash(row.after_db, sqnr_text),
               took == seconds.end() ? "-" : fixed(took->second, 2), improvement_verdict(row)});
  }
  return "## Improvements\n\nWithout training. Each was tried on top of those that were kept, and judged on "
         "calibration samples that it had not seen.\n\n" +
         table.text();
}

std::string agreement_lost(const std::optional<double>& alone) { return alone ? percent(1 - *alone) : "-"; }
std::string agreement_won(const std::optional<double>& gain) {
  return gain ? signed_number(*gain * 100, 2) + " %" : "-";
}

std::string causes_text(const ReportCauses& causes) {
  return percent(causes.weight_rounding, 0) + ", " + percent(causes.activation_clipping, 0) + ", " +
         percent(causes.activation_rounding, 0);
}

std::string blame_section(const std::optional<ReportBlameList>& list) {
  if (!list || list->layers.empty()) return {};
  auto layers = list->layers;
  std::stable_sort(layers.begin(), layers.end(),
                   [](const ReportBlame& a, const ReportBlame& b) { return a.damage > b.damage; });
  MarkdownTable table({{"layer"},
                       {"operator"},
                       {"damage", true},
                       {"weight rounding, activation clipping, rounding", true},
                       {"SQNR dB if alone", true},
                       {"agreement lost if alone", true},
                       {"SQNR dB won in float", true},
                       {"agreement won in float", true}});
  for (const auto& layer : layers)
    table.add({Markdown::code(layer.layer), layer.op, percent(layer.damage, 1), causes_text(layer.causes),
               sqnr_text(layer.alone.sqnr_db), agreement_lost(layer.alone.agreement),
               signed_number(layer.gain.sqnr_db, 2), agreement_won(layer.gain.agreement)});
  return "## Layers, the most damaging first\n\nOn " + std::to_string(list->samples) +
         " training samples: what each layer costs when it alone is quantized, and what is won when it alone "
         "stays in "
         "float. All together: SQNR " +
         sqnr_text(list->all.sqnr_db) + " dB" +
         (list->all.agreement ? ", same top-1 as float on " + percent(*list->all.agreement) : "") + ".\n\n" +
         table.text();
}

std::string next_section(const std::optional<ReportBlameList>& list) {
  if (!list || list->recommendations.empty()) return {};
  std::string text =
      "## What to do next\n\nEach of these was tried in simulation, alone, and gained what stands with "
      "it.\n\n";
  for (const auto& entry : list->recommendations) {
    text += "- " + Markdown(entry.text).source() + ": " + signed_number(entry.gain.sqnr_db, 2) + " dB SQNR";
    if (entry.gain.agreement)
      text += ", " + signed_number(*entry.gain.agreement * 100, 2) + " points of agreement with float";
    if (!entry.flags.empty()) text += " (" + Markdown::code(entry.flags).source() + ")";
    text += "\n\n  ```yaml\n  quantize:\n    rules:\n";
    for (const auto& rule : entry.rules) text += "      " + safe_line(rule) + "\n";
    text += "  ```\n\n";
  }
  return text;
}

std::string range_text(const ReportLayer& layer) {
  if (!layer.low || !layer.high) return "-";
  return short_number(*layer.low) + " to " + short_number(*layer.high);
}

std::string sites_section(std::vector<ReportLayer> layers) {
  std::erase_if(layers, [](const ReportLayer& layer) { return layer.scheme.empty(); });
  std::stable_sort(layers.begin(), layers.end(), [](const ReportLayer& a, const ReportLayer& b) {
    return a.damage.value_or(-1) > b.damage.value_or(-1);
  });
  MarkdownTable table({{"site"},
                       {"operator"},
                       {"scheme"},
                       {"scale", true},
                       {"zero point", true},
                       {"range", true},
                       {"clipped", true},
                       {"SQNR dB", true},
                       {"damage", true}});
  for (const auto& layer : layers)
    table.add({Markdown::code(layer.site), layer.op, layer.scheme, scale_text(layer),
               layer.zero_point ? std::to_string(*layer.zero_point) : "-", range_text(layer),
               or_dash(layer.clipped, percent3), or_dash(layer.sqnr_db, decibel),
               or_dash(layer.damage, percent1)});
  const std::string text = table.text();
  return text.empty() ? text : "## Sites, the most damaging first\n\n" + text;
}

std::string float_section(const std::vector<ReportLayer>& layers) {
  MarkdownTable table({{"site"}, {"operator"}, {"why"}});
  for (const auto& layer : layers)
    if (layer.scheme.empty()) table.add({Markdown::code(layer.site), layer.op, layer.reason});
  const std::string text = table.text();
  return text.empty() ? text : "## What stays in float\n\n" + text;
}

std::string warnings_section(const std::vector<std::string>& warnings) {
  if (warnings.empty()) return {};
  std::string text = "## Warnings\n\n";
  for (const auto& warning : warnings) text += bullet("", warning);
  return text + "\n";
}

std::string settings_section(const Report& report) {
  const ReportTool& tool = report.tool;
  MarkdownTable table({{"setting"}, {"value"}});
  table.add({"qtool", tool.version});
  table.add({"LibTorch", tool.libtorch});
  table.add({"engine", tool.engine});
  table.add({"CPU features", join(tool.cpu_features, " ")});
  table.add({"threads", std::to_string(tool.threads)});
  table.add({"seed", std::to_string(tool.seed)});
  table.add({"model", report.model.path + ", sha256 " + report.model.sha256});
  table.add({"data", report.data.spec});
  table.add({"calibration samples", std::to_string(report.data.calibration_samples)});
  for (const auto& [key, value] : report.settings) table.add({Markdown::code(key), value});
  return "## Settings\n\n" + table.text();
}

std::string files_section(const std::vector<ReportFile>& files) {
  MarkdownTable table({{"file"}, {"size", true}, {"sha256"}});
  for (const auto& file : files) table.add({file.name, bytes_text(file.bytes), file.sha256});
  const std::string text = table.text();
  return text.empty() ? text : "## Files\n\n" + text;
}

std::string time_section(const ReportTiming& timing) {
  MarkdownTable table({{"stage"}, {"seconds", true}});
  for (const auto& [stage, seconds] : timing.stages_s) table.add({stage, fixed(seconds, 3)});
  std::string text = table.text();
  if (timing.peak_rss_bytes > 0) text += "Peak memory: " + bytes_text(timing.peak_rss_bytes) + ".\n\n";
  return text.empty() ? text : "## Time\n\n" + text;
}

}  // namespace

std::string to_markdown(const Report& report) {
  std::string text =
      "# " + Markdown(report_title(report)).source() + "\n\n**" + Markdown(headline(report)).source() +
      "**\n\n" + ladder_section(report.accuracy) + simulated_section(report.simulated_vs_int8) +
      targets_section(report) + improvements_section(report) +
      training_section(report.curve, report.curve_metric) + gates_section(report.gates) +
      size_section(report) + slow_section(report.timing.slow_regions) + blame_section(report.blame) +
      next_section(report.blame) + sites_section(report.layers) + float_section(report.layers) +
      warnings_section(report.warnings) + data_section(report.data) + settings_section(report) +
      files_section(report.files) + time_section(report.timing);
  text.pop_back();
  return text;
}

}  // namespace qtool
