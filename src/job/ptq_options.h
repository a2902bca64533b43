#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "calibrate/options.h"
#include "core/options.h"
#include "lower/engine.h"
#include "plan/recipe.h"
#include "report/gates.h"

namespace qtool {

struct PtqOptions {
  std::string model;   ///< float TorchScript file
  std::string data;    ///< data spec
  std::string output;  ///< folder
  Recipe recipe;
  CalibrateOptions calibrate;
  std::string from_calibration;                ///< calibration.json of an earlier run, instead of data
  std::vector<std::string> merge_calibration;  ///< several of them, added up
  Engine engine = Engine::kAuto;
  int64_t verify_samples = -1;  ///< of the test split; -1: all, 0: no verification
  bool report = true;
  Gates gates;
};

template <class Visitor>
void describe(Visitor& v, PtqOptions& o) {
  v.field("model", o.model, "float TorchScript file", positional, required, path_field);
  v.field("data", o.data, "data, e.g. idx:/usr/share/datasets/fashion-mnist,mean=0.2860,std=0.3530",
          spec_field);
  v.field("output", o.output, "folder for what is written", flag("output", 'o'), required, path_field);
  v.field("engine", o.engine, "int8 kernels to pack the weights for");
  v.field("from_calibration", o.from_calibration, "solve again from this calibration.json, without data",
          path_field);
  v.field("merge_calibration", o.merge_calibration, "add up the statistics of several calibration.json",
          path_field, several);
  v.field("verify_samples", o.verify_samples, "test samples to verify on; -1: all, 0: none", at_least(-1));
  v.field("report", o.report, "write report.json and report.md");
  v.group("quantize", o.recipe);
  v.group("calibrate", o.calibrate);
  v.group("gates", o.gates);
}

/// Throws Error(kUsage) where two options contradict or one that is needed is missing.
void check(const PtqOptions& options);

}  // namespace qtool
