#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "graph/view.h"
#include "grid/fixed_grid.h"
#include "grid/scheme.h"
#include "operators/operator_table.h"
#include "plan/recipe.h"

namespace qtool {

/// What the kernels of the chosen engine can do on this processor.
struct Backend {
  std::string name = {};  ///< of the engine, for messages
  int64_t activation_bits =
      8;  ///< 7 where a kernel adds pairs of products in 16 bits, which 8 bits of both would overflow
  /// Whether each activation must have its zero point in the middle, which is 0 where it is stored as int8.
  bool symmetric_activations = false;
  /// Whether kernels add a layer's bias as an integer, on the grid of its products.
  bool integer_biases = false;
  /// Whether layers can give float32: what only float operators read then has no grid.
  bool float_outputs = false;
  /// Whether the file holds the table of an embedding in int8, and makes rows float that are picked.
  bool int8_tables = false;
  /// Whether the file holds scales of groups.
  bool weight_groups = false;
  /// Whether kernels of LSTM and GRU quantize what they read when it comes.
  bool dynamic_recurrence = false;
  /// Whether the kernel of a layer of this kind can do an operator that reads its result, too: a relu and a hardtanh
  /// apart, which every kernel can. Null: none.
  std::function<bool(const std::string& layer, const OperatorView& next)> fuses = {};
  /// Why an operator is as good in float, because the target has no kernel of its own for it; empty: it is not. Null:
  /// none is.
  std::function<std::string(const OperatorView&)> better_in_float = {};
  /// Why the kernels cannot run an operator that has an int8 form elsewhere; empty: they can.
  std::function<std::string(const OperatorView&)> objection = {};
  /// Why a layer's weight must not have more than 7 bits; empty: it may.
  std::function<std::string(const OperatorView&)> needs_7_bit_weight = {};
  /// Whether the kernel of an operator is wrong for some sizes of inputs on this processor, so that it is to be tried
  /// before it is relied on. Null: none is.
  std::function<bool(const OperatorView&)> is_doubtful = {};
};

enum class SiteRole { kWeight, kInput, kOutput };
template <>
struct Names<SiteRole> {
  static constexpr const char* kind = "site role";
  static constexpr NamedValue<SiteRole> table[] = {
      {SiteRole::kWeight, "weight", "a weight"},
      {SiteRole::kInput, "input", "a float tensor that is quantized before an int8 operator"},
      {SiteRole::kOutput, "output", "what an int8 operator makes"}};
};

/// How an operator runs.
enum class Precision { kFloat, kWeightOnly, kDynamic, kStatic };
template <>
struct Names<Precision> {
  static constexpr const char* kind = "precision";
  static constexpr NamedValue<Precision> table[] = {
      {Precision::kFloat, "float", "as in the float model"},
      {Precision::kWeightOnly, "weight-only", "an int8 weight, computed with in float"},
      {Precision::kDynamic, "dynamic", "in int8, on a grid that each input gives when it runs"},
      {Precision::kStatic, "static", "in int8, on grids that are known before"}};
};

/// Where the grid of a tensor comes from.
enum class GridSource {
  kSolved,  ///< from the weight, or from what calibration saw
  kFixed,   ///< the kernel dictates it
  kRunTime  ///< from the values, each time: there is none before
};

/// A tensor that has a grid.
struct Site {
  /// `<operator>:<role>`, e.g. `layers.0.conv1:weight`. A grid that is found at run time is of this operator alone, and
  /// not in QuantPlan::grid_of.
  std::string name;
  std::string op;  ///< the operator's name
  SiteRole role = SiteRole::kOutput;
  std::string value;  ///< the value in the canonical graph; for a weight its attribute path
  QuantScheme scheme = QuantScheme::activation(8, Symmetry::kAffine);
  Calibrator calibrator = Calibrator::kMse;  ///< unused for weights and fixed grids
  GridSource source = GridSource::kSolved;
  FixedGrid fixed = {};        ///< of kFixed
  std::string seen_as = name;  ///< the name of its statistics

  /// Whether its grid follows from what calibration sees.
  [[nodiscard]] bool is_calibrated() const {
    return role != SiteRole::kWeight && source == GridSource::kSolved;
  }
};

/// One operator of the canonical graph and how it will run.
struct PlannedOperator {
  std::string name;
  std::string kind;
  OperatorClass operator_class = OperatorClass::kMove;
  Precision precision = Precision::kFloat;
  std::string reason;      ///< why it stays float, or what is particular about it
  std::string fused_into;  ///< the operator whose int8 kernel does this one's work, too
  /// The kind of the relu or hardtanh that this one's kernel does, too, or of what else Backend::fuses.
  std::string fused_activation;
  std::string fused_sum;  ///< the add that this one's kernel does, too, before the activation
  std::string output;     ///< the value that comes out of the kernel: the fused clip's, if there is one
  std::vector<std::string> inputs;  ///< values that flow in
  std::optional<size_t>
      weight_site;  ///< index into QuantPlan::sites; of those that are not float, and have a weight
  std::optional<size_t>
      output_site;  ///< the grid of `output`; for movers that of their input; of static ones that give no float32

  /// Likewise, of one that reads its weights in a list: their place there, and their site.
  std::map<size_t, size_t> listed_weight_sites = {};

  /// Whether a weight of it is int8.
  [[nodiscard]] bool has_weight_site() const { return weight_site || !listed_weight_sites.empty(); }
  /// Whether it reads and writes int8.
  [[nodiscard]] bool is_static() const { return precision == Precision::kStatic; }
  /// weight_site and output_site where they must be there; an internal error says that they are not.
  [[nodiscard]] size_t weight_grid() const;
  [[nodiscard]] size_t output_grid() const;
  /// What reports say of it: the precision where it is neither float nor static, and the reason.
  [[nodiscard]] std::string remark() const;
};

/// Operators that stay float for what calibration saw, and why.
using KeptFloat = std::map<std::string, std::string>;

/// The one source of truth: each tensor with its grid, each operator with its precision, or the reason why
/// not. Observers, fake-quant, lowering and reports read it; none of them looks for patterns in the graph on
/// its own.
struct QuantPlan {
  std::vector<Site> sites;
  std::vector<PlannedOperator> operators;  ///< in the order in which they run
  std::map<std::string, size_t> grid_of;   ///< value -> index of the site whose grid it has
  KeptFloat kept_float;                    ///< with which it was made

  [[nodiscard]] const PlannedOperator* find(const std::string& name) const;  ///< null where there is none
  [[nodiscard]] size_t int8_layers() const;  ///< layers, recurrent ones too, that compute in int8
  [[nodiscard]] bool has_int8_weights() const;
};

/// Throws Error(kUsage) for a rule that matches nothing, and for one that asks an operator by its name for groups that
/// its weight cannot have. Perhaps nothing at all is int8.
[[nodiscard]] QuantPlan propose_plan(const GraphView& graph, const Recipe& recipe, const Backend& backend,
                                     KeptFloat kept_float = {});

/// The same; throws Error(kUnquantizable) where no weight could be int8.
[[nodiscard]] QuantPlan make_plan(const GraphView& graph, const Recipe& recipe, const Backend& backend,
                                  KeptFloat kept_float = {});

/// Why no layer of the plan is int8, in words: the reason of each, or that there is none.
[[nodiscard]] std::string why_nothing_is_int8(const QuantPlan& plan);

}  // namespace qtool
