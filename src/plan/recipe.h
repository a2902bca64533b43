#pragma once
#include <optional>
#include <string>
#include <vector>

#include "grid/scheme.h"
#include "options/options.h"

namespace qtool {

/// How the range of an activation follows from what calibration saw.
enum class Calibrator { kMinMax, kMovingAverage, kPercentile, kMse, kEntropy };
template <>
struct Names<Calibrator> {
  static constexpr const char* kind = "calibrator";
  static constexpr NamedValue<Calibrator> table[] = {
      {Calibrator::kMinMax, "minmax", "smallest and largest value seen"},
      {Calibrator::kMovingAverage, "moving-average",
       "mean over the batches of the smallest and largest value"},
      {Calibrator::kPercentile, "percentile", "leaves the outermost 0.001 % of the values out"},
      {Calibrator::kMse, "mse", "the range with the least mean squared error after rounding and clipping"},
      {Calibrator::kEntropy, "entropy",
       "the range whose quantized histogram diverges least (KL) from the float one"}};
};

/// How operators run that can run in several ways. An embedding has an int8 weight in each.
enum class Mode { kStatic, kDynamic, kWeightOnly };
template <>
struct Names<Mode> {
  static constexpr const char* kind = "mode";
  static constexpr NamedValue<Mode> table[] = {
      {Mode::kStatic, "static", "in int8, on grids that calibration finds"},
      {Mode::kDynamic, "dynamic",
       "linear layers in int8, on the grid of each input when it comes; of convolutions the weights alone"},
      {Mode::kWeightOnly, "weight-only", "int8 weights, computed with in float"}};
};

/// What a job is after where it can't have both.
enum class Preference { kSize, kSpeed };
template <>
struct Names<Preference> {
  static constexpr const char* kind = "preference";
  static constexpr NamedValue<Preference> table[] = {
      {Preference::kSize, "size", "the smallest file: int8 wherever it can be"},
      {Preference::kSpeed, "speed", "the shortest time on this processor: float where int8 is not faster"}};
};

/// How many neighbouring weights may share a scale (Recipe::group_size); 0: all that have one without groups.
[[nodiscard]] inline Choices group_sizes() { return one_of({"0", "32", "64", "128"}); }

/// What differs for the sites that `match` names. Later rules win over earlier ones.
struct Rule {
  std::string match = {};  ///< see plan/match.h
  std::optional<Mode> mode = {};
  std::optional<int64_t> weight_bits = {}, activation_bits = {};
  std::optional<Granularity> weight_granularity = {};
  std::optional<int64_t> group_size = {};
  std::optional<Symmetry> activation_symmetry = {};
  std::optional<Calibrator> calibrator = {};
  std::optional<bool> skip = {};  ///< true: leave the operator in float
  std::string where = {};         ///< `file:line`, for messages
};

template <class Visitor>
void describe(Visitor& v, Rule& o) {
  v.field("match", o.match, "site or operator: a name, a glob, re:REGEX or type:OPERATOR", required);
  v.field("mode", o.mode, "how the operator runs");
  v.field("weight_bits", o.weight_bits, "bits of the weights", between(2, 8));
  v.field("activation_bits", o.activation_bits, "bits of inputs and outputs", between(2, 8));
  v.field("weight_granularity", o.weight_granularity, "what shares one scale in the weights");
  v.field("group_size", o.group_size,
          "weights that share a scale where they are computed with in float; 0: no groups", group_sizes());
  v.field("activation_symmetry", o.activation_symmetry, "how the range is laid on the grid");
  v.field("calibrator", o.calibrator, "how ranges are chosen");
  v.field("skip", o.skip, "true leaves the operator in float");
}

/// What the user asks of the quantization. The plan is what comes of it for one model on one backend.
struct Recipe {
  Mode mode = Mode::kStatic;
  int64_t weight_bits = 8;
  int64_t activation_bits = 8;
  Granularity weight_granularity = Granularity::kPerChannel;
  int64_t group_size = 0;  ///< of group_sizes()
  Symmetry activation_symmetry = Symmetry::kAffine;
  Calibrator calibrator = Calibrator::kMse;
  std::vector<std::string> skip;  ///< operators left in float
  std::vector<std::string> only;  ///< if any: all other operators are left in float
  std::vector<Rule> rules;
  std::string file;  ///< YAML that the settings above were read from, besides flags and config
};

template <class Visitor>
void describe(Visitor& v, Recipe& o) {
  v.field("recipe", o.file, "YAML with the keys of `quantize` (see --print-config), rules among them",
          flag_only, path_field);
  v.field("mode", o.mode, "how layers run; dynamic and weight-only need no calibration");
  v.field("weight_bits", o.weight_bits, "bits of the weights", between(2, 8));
  v.field("activation_bits", o.activation_bits, "bits of the activations; outputs of the model keep 8",
          between(2, 8));
  v.field("weight_granularity", o.weight_granularity, "what shares one scale in the weights",
          shorthand("per-tensor", "per-tensor"));
  v.field("group_size", o.group_size,
          "neighbouring weights of an output that share a scale, where they are computed with in float; 0: "
          "no groups",
          group_sizes());
  v.field("activation_symmetry", o.activation_symmetry, "how an activation's range is laid on the grid");
  v.field("calibrator", o.calibrator, "how the ranges of activations are chosen");
  v.field("skip", o.skip, "leave in float: name, glob, re:REGEX or type:OPERATOR");
  v.field("only", o.only, "leave all but these in float");
  v.list("rules", o.rules, "settings of single sites; later ones win");
}

}  // namespace qtool
