#pragma once
#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <vector>

#include "graph/model.h"

namespace qtool {

/// A weight of those that a recurrent operator reads.
struct ListedWeight {
  std::string name;  ///< as PyTorch's modules call it: `weight_hh_l1_reverse`
  std::string path;
  at::Tensor value;
  size_t index = 0;  ///< among its parameters
};

/// One operator of a canonical model, as far as a plan needs to know it.
struct OperatorView {
  /// The module path (graph/passes/site_names.h); also the name of its output value, where it has one.
  std::string name;
  std::string kind;                       ///< `aten::conv2d`
  std::vector<std::string> inputs;        ///< tensors that flow in, without weights and other attributes
  std::vector<std::string> fixed_inputs;  ///< paths of the attributes that it reads
  std::map<std::string, double> numbers;  ///< arguments that are constant numbers, by the schema's names
  std::map<std::string, std::vector<int64_t>> lists;  ///< likewise, of whole numbers, e.g. `padding`
  at::Tensor weight;        ///< the argument `weight` where it is an attribute; undefined otherwise
  std::string weight_path;  ///< its path
  /// Of an LSTM or GRU; biases are not among them. Empty where one of them is no attribute.
  std::vector<ListedWeight> listed_weights = {};
  std::string source;            ///< file:line in the model's own source
  bool in_control_flow = false;  ///< inside an if or a loop
  /// Operator, and its place in the source, that changes the result or an input in place; empty: none does
  std::string changed_by = {};
};

/// The graph of forward() without LibTorch's classes: values by name, operators in the order in which they
/// run.
struct GraphView {
  std::vector<std::string> inputs;
  std::vector<OperatorView> operators;  ///< that make a tensor, but for a trace's arithmetic with sizes
  std::vector<std::string> outputs;     ///< tensors that forward() returns
  /// How often each value is read, by operators of any kind, blocks and outputs.
  std::map<std::string, int> uses;
};

/// `model` must be canonical.
[[nodiscard]] GraphView view(const Model& model);

}  // namespace qtool
