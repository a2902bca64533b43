#pragma once
#include "report/job/report.h"

namespace qtool {

inline MetricInfo top1_info() { return {"top1", "top-1", "%", Better::kHigher, Against::kLabels}; }
inline MetricInfo agreement_info() {
  return {"agreement", "same top-1", "%", Better::kHigher, Against::kReference};
}

/// A report with every part filled, numbers easy to follow.
inline Report sample_report() {
  Report report;
  report.tool = {.version = "0.1.0",
                 .libtorch = "2.13.0",
                 .engine = "onednn",
                 .cpu_features = {"avx2", "avx512_vnni"},
                 .threads = 2,
                 .seed = 7};
  report.model = {.path = "models/net.pt", .sha256 = "abc"};
  report.data = {.spec = "idx:/data", .calibration_samples = 1024};
  report.accuracy.samples = 1000;
  report.accuracy.metrics = {
      top1_info(), {"top5", "top-5", "%", Better::kHigher, Against::kLabels}, agreement_info()};
  report.accuracy.ladder = {{.name = "float", .values = {{"top1", 92}, {"top5", 99}}},
                            {.name = "int8",
                             .values = {{"top1", 91.5}, {"top5", 98.9}, {"agreement", 99.55}},
                             .cosine = 0.99991,
                             .sqnr_db = 31.25,
                             .outputs = {{.cosine = 0.99991,
                                          .sqnr_db = 31.25,
                                          .channels = 10,
                                          .worst_channel = 4,
                                          .worst_sqnr_db = 28.5}}}};
  report.accuracy.drop = ReportDrop{.value = 0.5, .low = -0.1, .high = 1.1};
  report.simulated_vs_int8 = SimulatedVsInt8{.max_steps = 1, .differing = 0.0002, .same_top1 = 0.9999};
  report.improvements = {{.name = "bias-correction", .kept = true, .before_db = 28.25, .after_db = 31.5},
                         {.name = "batch-norm", .why = "it wins too little"}};
  report.timing.improvements_s = {{"bias-correction", 0.5}, {"batch-norm", 0.25}};
  report.size = {.float_bytes = 400000, .int8_bytes = 100000};
  report.blame =
      ReportBlameList{.samples = 64,
                      .all = {30.5, 0.98},
                      .layers = {{.layer = "conv1",
                                  .op = "aten::conv2d",
                                  .damage = 1,
                                  .alone = {31.5, 0.985},
                                  .gain = {3.25, 0.01},
                                  .causes = {.weight_rounding = 0.25, .activation_rounding = 0.75}}},
                      .recommendations = {{.text = "Leave conv1 in float",
                                           .rules = {"- {match: conv1, skip: true}"},
                                           .flags = "--skip conv1",
                                           .gain = {3.25, 0.01}}}};
  report.layers = {
      {.site = "conv1:weight",
       .layer = "conv1",
       .op = "aten::conv2d",
       .scheme = "int8 symmetric per-channel(0)",
       .scale_min = 0.001,
       .scale_max = 0.002,
       .damage = 0.25},
      {.site = "conv1:output",
       .layer = "conv1",
       .op = "aten::conv2d",
       .scheme = "uint8 affine per-tensor",
       .scale_min = 0.5,
       .scale_max = 0.5,
       .zero_point = 3,
       .low = -1.5,
       .high = 126,
       .sqnr_db = 40.04,
       .damage = 0.75,
       .clipped = 0.125,
       .histogram = ReportHistogram{.low = -2, .width = 1, .counts = {1, 0, 7}}},
      {.site = "norm:output", .layer = "norm", .op = "aten::layer_norm", .reason = "no int8 kernel | yet"}};
  report.settings = {{"calibrate.samples", "1024"}};
  report.setting_origins = {{"calibrate.samples", "--calib-samples"}};
  report.warnings = {"conv1:output had not settled"};
  report.gates = {{.name = "max_drop",
                   .limit = 0.4,
                   .value = 0.5,
                   .passed = false,
                   .text = "drop in top-1 of 0.50 points is above 0.40 points"}};
  report.files = {{.name = "model.int8.pt", .bytes = 100000, .sha256 = "def"}};
  report.timing.latency = ReportLatency{.float_ms = 15,
                                        .folded_ms = 10,
                                        .int8_ms = 2.5,
                                        .batch = 128,
                                        .float_operators = {{"aten::conv2d", 3, 14}}};
  report.timing.stages_s = {{"load", 0.1}, {"calibrate", 0.25}};
  report.timing.peak_rss_bytes = 240000000;
  return report;
}

}  // namespace qtool
