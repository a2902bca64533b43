#pragma once
/// What a job did and found, in one struct: report.json is this struct field by field, report.md and report.html tell
/// it to people. Values of metrics are in their units; shares are from 0 to 1 here and in JSON, percent in Markdown.
/// What is empty or NaN becomes null.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "measure/metric_info.h"

namespace qtool {

/// Of report.json. Raised where a key goes or changes its meaning.
inline constexpr int kReportSchema = 3;

/// What ran.
struct ReportTool {
  std::string version = {};   ///< of qtool
  std::string libtorch = {};  ///< e.g. `2.13.0`
  std::string engine = {};    ///< of LibTorch's int8 kernels, e.g. `onednn`
  std::vector<std::string> cpu_features = {};
  int64_t threads = 0;
  int64_t seed = 0;
};

struct ReportModel {
  std::string path = {};
  std::string sha256 = {};
};

/// What arrived at one input of the model, over all samples that the job calibrated on or looked at.
struct ReportInput {
  std::string name = {};            ///< the model's, e.g. `x`
  std::string dtype = {};           ///< e.g. `float32`
  std::vector<int64_t> shape = {};  ///< of one sample
  double low = 0, high = 0, mean = 0, deviation = 0;
  std::string first_reader =
      {};  ///< what the first layer says of it, e.g. `conv1 takes 3 channels`; empty: not known
};

struct ReportData {
  std::string spec = {};
  int64_t calibration_samples = 0;
  std::vector<ReportInput> inputs = {};  ///< empty where no data was read
  std::vector<std::string> notes = {};   ///< what of the data was left out
};

/// One output of the model, held against the float model's. Channels: see measure/output_similarity.h.
struct ReportOutput {
  std::optional<double> cosine = {};
  std::optional<double> sqnr_db = {};  ///< null in JSON where equal (infinite)
  int64_t channels = 0;                ///< 0: not measured
  std::optional<int64_t> worst_channel = {};
  std::optional<double> worst_sqnr_db = {};     ///< of that channel; null in JSON where equal (infinite)
  std::vector<int64_t> constant_channels = {};  ///< that varied in float, and do not any more
};

/// One step from the float model to a written file, e.g. `float`, `folded`, `simulated`, `int8`.
struct Rung {
  std::string name = {};
  std::map<std::string, double> values = {};  ///< of metrics by name, in their units
  std::optional<double> cosine = {};          ///< of all outputs against the float model's
  std::optional<double> sqnr_db = {};         ///< likewise; null in JSON where equal (infinite)
  std::vector<ReportOutput> outputs = {};     ///< in order; empty for float itself
  /// Of the metric of this name; empty where it was not measured, or has no value.
  [[nodiscard]] std::optional<double> value(const std::string& metric) const;
  /// The lowest of all outputs; empty where none was measured.
  [[nodiscard]] std::optional<double> worst_channel_db() const;
};

/// How much worse int8 is than float by the metric, in its unit (of percents: in points).
struct ReportDrop {
  double value = 0;
  std::optional<double> low = {}, high = {};  ///< 95 % confidence interval
};

struct ReportAccuracy {
  std::vector<MetricInfo> metrics =
      {};  ///< all that apply; the chosen one first, the others in the order of their table
  int64_t samples = 0;
  std::vector<Rung> ladder = {};  ///< from float to the last file
  std::optional<ReportDrop> drop = {};
  /// THE metric, which gates, headlines and charts speak of: the first against targets. Null where there is none.
  [[nodiscard]] const MetricInfo* metric() const;
  /// The first that holds a model against the float one; null where there is none.
  [[nodiscard]] const MetricInfo* agreement() const;
};

/// One row of the training curve.
struct ReportEpoch {
  int64_t epoch = 0;  ///< from 1
  double loss = 0, score = 0;
  double validation_score = 0;  ///< on data held out of training; NaN where none is
  double learning_rate = 0;
  bool best = false;  ///< the one whose weights the model has
};

/// How well the simulation told what int8 computes, in steps of the last activation scale.
struct SimulatedVsInt8 {
  int64_t max_steps = 0;  ///< largest difference of an output element
  double differing = 0;   ///< share of the output elements that differ
  /// Share of the samples with the same top-1; empty where there are no classes.
  std::optional<double> same_top1 = {};
  double max_difference = 0;  ///< the largest itself, which is all there is where the output stays float
};

/// A file that was written for a runtime.
struct ReportTarget {
  std::string name = {};  ///< e.g. `openvino`
  std::string file = {};  ///< in the job's folder
  int64_t bytes = 0;
  std::string rung = {};     ///< of the ladder
  std::string runtime = {};  ///< that ran it, e.g. `OpenVINO 2026.1`; empty: none is here
  std::optional<SimulatedVsInt8> simulated = {};
};

struct ReportSize {
  int64_t float_bytes = 0;
  int64_t int8_bytes = 0;
  [[nodiscard]] double ratio() const {  ///< int8 / float
    return float_bytes > 0 ? double(int8_bytes) / double(float_bytes) : 0.0;
  }
};

/// Time of all calls of one operator in one run.
struct ReportOperatorTime {
  std::string name = {};  ///< e.g. `quantized::conv2d_relu`
  int64_t calls = 0;
  double ms = 0;
};

/// Medians.
struct ReportLatency {
  double float_ms = 0;                   ///< of the float model as it was saved
  std::optional<double> folded_ms = {};  ///< of the float model with batch norm folded, and frozen
  double int8_ms = 0;
  int64_t batch = 1;
  std::vector<ReportOperatorTime> float_operators = {}, int8_operators = {};  ///< slowest first
};

/// What a tensor held: counts of values in bins of one width, the first one beginning at `low`.
struct ReportHistogram {
  double low = 0, width = 0;
  std::vector<int64_t> counts = {};  ///< at most 64
};

/// One site of the plan.
struct ReportLayer {
  std::string site = {};    ///< e.g. `layers.0.conv1:weight`
  std::string layer = {};   ///< its operator, e.g. `layers.0.conv1`
  std::string op = {};      ///< e.g. `aten::conv2d`
  std::string scheme = {};  ///< e.g. `int8 symmetric per-channel(0)`; empty: stays float
  std::optional<double> scale_min = {}, scale_max = {};  ///< equal per tensor
  std::optional<int64_t> zero_point = {};                ///< per tensor only
  std::optional<double> low = {}, high = {};  ///< range that the grid covers; per channel the widest
  std::optional<double> sqnr_db = {};         ///< of this site alone
  std::optional<double> damage = {};   ///< share of the whole error that is this site's; shares add up to 1
  std::optional<double> clipped = {};  ///< share of the values more than half a step outside
  std::optional<ReportHistogram> histogram = {};
  std::string reason = {};  ///< why it stays float
};

/// How near a model comes to the float one on the blame list's sample.
struct ReportQuality {
  double sqnr_db = 0;  ///< of all outputs; null in JSON where equal (infinite)
  /// Share of samples with the float model's top-1; empty where there are no classes.
  std::optional<double> agreement = {};
};

/// Where the error that a layer makes comes from; shares that add up to 1.
struct ReportCauses {
  double weight_rounding = 0, activation_clipping = 0, activation_rounding = 0;
};

/// What one operator of the plan costs, its weight and the activations that are its own together.
struct ReportBlame {
  std::string layer = {};    ///< e.g. `layers.0.conv1`
  std::string op = {};       ///< e.g. `aten::conv2d`
  double damage = 0;         ///< share of the squared output errors of all layers, each alone
  ReportQuality alone = {};  ///< this one quantized, all others in float
  ReportQuality gain = {};   ///< what leaving only this one in float wins over all being quantized
  ReportCauses causes = {};
};

/// A change of the recipe that was tried in simulation, and what it won.
struct Recommendation {
  std::string text = {};                ///< for people
  std::vector<std::string> rules = {};  ///< lines of YAML, elements of `quantize.rules`
  std::string flags = {};               ///< the same on the command line; empty where there are no such flags
  ReportQuality gain = {};
};

/// Measured on a sample of the training split.
struct ReportBlameList {
  int64_t samples = 0;
  ReportQuality all = {};                            ///< everything quantized
  std::vector<ReportBlame> layers = {};              ///< in the order of the graph
  std::vector<Recommendation> recommendations = {};  ///< the best first
};

/// A change of the solution that was tried without training.
struct ReportImprovement {
  std::string name = {};
  bool kept = false;
  std::string why = {};  ///< not kept
  /// SQNR of the outputs without and with it, on samples that it has not seen; empty where it was not tried. null in
  /// JSON where equal to float (infinite).
  std::optional<double> before_db = {}, after_db = {};
};

/// One limit that was asked for. `value` and `limit` have the unit of the flag.
struct GateResult {
  std::string name = {};  ///< e.g. `max_drop`
  double limit = 0;
  std::optional<double> value = {};  ///< empty: it could not be measured, and the gate has failed
  bool passed = false;
  bool within_noise = false;  ///< above the limit, but its confidence interval is not
  std::string text = {};      ///< one sentence
};

/// A stretch of the model between float values, in int8 with the steps from and to float, and in float. Medians.
struct ReportRegion {
  std::vector<std::string> layers = {};  ///< that are int8 in it
  int64_t batch = 1;
  double float_ms = 0, int8_ms = 0;
};

struct ReportFile {
  std::string name = {};  ///< relative to the output folder
  int64_t bytes = 0;
  std::string sha256 = {};
};

/// All that differs between two runs of the same job; the last keys of report.json.
struct ReportTiming {
  std::optional<ReportLatency> latency = {};
  /// Of one batch as `latency` has it, by the rungs of the files that ran.
  std::vector<std::pair<std::string, double>> files_ms = {};
  /// Those that are not worth int8; of a job that prefers speed none is left.
  std::vector<ReportRegion> slow_regions = {};
  std::vector<std::pair<std::string, double>> improvements_s = {};  ///< of those that were tried
  std::vector<std::pair<std::string, double>> stages_s = {};        ///< in order
  int64_t peak_rss_bytes = 0;
};

struct Report {
  ReportTool tool = {};
  ReportModel model = {};
  ReportData data = {};
  ReportAccuracy accuracy = {};
  std::vector<ReportEpoch> curve = {};  ///< empty where nothing was trained
  MetricInfo curve_metric = {};         ///< what its scores are
  std::optional<SimulatedVsInt8> simulated_vs_int8 = {};
  std::vector<ReportTarget> targets = {};            ///< as they were asked for; the one of `int8` first
  std::vector<ReportImprovement> improvements = {};  ///< in the order in which they were tried
  ReportSize size = {};
  std::optional<ReportBlameList> blame = {};
  std::vector<ReportLayer> layers = {};  ///< in the order of the graph
  std::vector<std::pair<std::string, std::string>> settings =
      {};  ///< key path and value, as config.resolved.yaml
  /// Where those settings that are not the defaults come from: `--weight-bits`, `job.yaml:12`.
  std::map<std::string, std::string> setting_origins = {};
  std::vector<std::string> warnings = {};
  std::vector<GateResult> gates = {};
  std::vector<ReportFile> files = {};
  ReportTiming timing = {};

  [[nodiscard]] const Rung* rung(const std::string& name) const;  ///< null where there is none
};

/// report.json, pretty-printed, keys in a fixed order.
[[nodiscard]] std::string to_json(const Report& report);
/// report.md
[[nodiscard]] std::string to_markdown(const Report& report);
/// report.html: one file that opens without a network (report/html_page.h).
[[nodiscard]] std::string to_html(const Report& report);

}  // namespace qtool
