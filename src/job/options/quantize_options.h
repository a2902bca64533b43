#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "calibrate/options.h"
#include "export/target.h"
#include "improve/choice.h"
#include "measure/chosen_metric.h"
#include "options/options.h"
#include "plan/recipe.h"
#include "report/ci/ci.h"
#include "report/job/gates.h"

namespace qtool {

/// What every job takes that ends in an int8 model.
struct QuantizeOptions {
  std::string model;   ///< TorchScript file
  std::string data;    ///< data spec
  std::string output;  ///< folder
  /// Runtimes to write a file for, each; gates, headline and charts speak of the first one's.
  std::vector<std::string> target = {std::string(libtorch_target().name)};
  bool float_onnx = false;  ///< whether the float model is written as ONNX, too
  Recipe recipe;
  CalibrateOptions calibrate;
  std::vector<std::string> improve = {kAutoImprovements};  ///< of improvement_choices()
  Engine engine = Engine::kAuto;
  Preference prefer = Preference::kSize;
  int64_t verify_samples = -1;  ///< of the test split; -1: all, 0: no verification
  std::string metric;           ///< of gates, headline and charts; empty: the first that applies
  bool report = true;
  int64_t blame_samples = 64;  ///< of the training split; 0: no blame list
  Gates gates;
  CiOptions ci;
};

template <class Visitor>
void describe(Visitor& v, QuantizeOptions& o) {
  v.field("model", o.model, "float TorchScript file", positional, required, path_field);
  v.field("data", o.data, "data, e.g. idx:/usr/share/datasets/fashion-mnist,mean=0.2860,std=0.3530",
          spec_field);
  v.field("output", o.output, "folder for what is written", flag("output", 'o'), required, path_field,
          output_field);
  v.field("target", o.target, "runtimes to write files for; gates and headline are of the first",
          one_of(target_names()));
  v.field("float_onnx", o.float_onnx, "write model.float.onnx, too: the float model by the same converter");
  v.field(
      "improve", o.improve,
      "what to try without training, each kept where it wins: auto (what is cheap, more at few bits; before "
      "training nothing), none, or some by name",
      one_of(improvement_choices()));
  v.field("engine", o.engine, "int8 kernels to pack the weights for");
  v.field("prefer", o.prefer, "what to gain where int8 makes files smaller and runs longer");
  v.field("verify_samples", o.verify_samples, "test samples to verify on; -1: all, 0: none", at_least(-1));
  v.field("metric", o.metric, help_of_metric("of gates, headline and charts").c_str(),
          one_of(names_of_metrics()), path_field);
  v.field("report", o.report, "write report.json, report.md and report.html");
  v.field("blame_samples", o.blame_samples,
          "training samples to find out on what each layer costs; 0: leave that out", at_least(0));
  v.group("quantize", o.recipe);
  v.group("calibrate", o.calibrate);
  v.group("gates", o.gates);
  v.group("ci", o.ci);
}

/// Throws Error(kUsage) where gates, metric or verification want data that is not there, there is no such metric, or a
/// target is named twice.
void check(const QuantizeOptions& options);

}  // namespace qtool
