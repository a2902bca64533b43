#pragma once
#include <ATen/core/Tensor.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "export/onnx/onnx_model.h"

namespace qtool::onnx {

/// Collects nodes and initializers of a model, and gives each value a name of its own.
class Builder {
 public:
  /// A node of one output; returns that output's name. `hint`: what node and output are called, with a number after it
  /// where that is taken.
  std::string add(const std::string& type, const std::vector<std::string>& inputs, const std::string& hint,
                  const Attributes& attributes = {});
  /// A node of `count` outputs.
  std::vector<std::string> add_many(const std::string& type, const std::vector<std::string>& inputs,
                                    const std::string& hint, size_t count, const Attributes& attributes = {});
  /// An initializer. Small ones are kept once for all that want the same values.
  std::string constant(const at::Tensor& values, const std::string& hint);
  /// An initializer of this name, which only asking for the name again gives, too. ONNX Runtime changes zero points
  /// where they stand, so that no two sites may share one.
  std::string own_constant(const at::Tensor& values, const std::string& name, bool is_int4 = false);
  /// int8 `values` in [-8, 7], which the file holds as INT4, made int8 by a Cast of this name (unique()).
  std::string unpacked_int4(const at::Tensor& values, const std::string& name);
  std::string constant(const std::vector<int64_t>& values);  ///< one dimension
  std::string scalar(int64_t value);
  std::string scalar(double value, at::ScalarType type);

  /// `hint`, or `hint_2` and so on where that is taken.
  [[nodiscard]] std::string unique(const std::string& hint);

  [[nodiscard]] const std::vector<Node>& nodes() const { return model_.nodes; }
  /// The model, with all that was added.
  Model& model() { return model_; }

 private:
  Model model_;
  std::set<std::string> taken_;
  std::map<std::string, std::string> small_;  ///< type, shape and bytes -> name
};

}  // namespace qtool::onnx
