#pragma once
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <functional>
#include <string>
#include <vector>

namespace qtool {

/// A module of its own, of which a file holds some tensors, and makes of them when it is loaded (__setstate__) what
/// forward() reads: a weight of few bits, say, or one in the layout of a kernel.
class StoredState {
 public:
  struct Part {
    const char* name;
    at::Tensor value;
    bool is_read = false;  ///< by forward(), too
  };
  /// Emits what makes it, given the parts.
  using Make = std::function<torch::jit::Value*(torch::jit::Graph&, const std::vector<torch::jit::Value*>&)>;

  /// `made` is what `make` computes, and what forward() reads under the name `made_name`.
  StoredState(std::string path, std::vector<Part> parts, const char* made_name, c10::IValue made, Make make);

  /// Adds what forward() reads to the module.
  void add_to(torch::jit::Module& module) const;
  /// Adds what the file holds, once forward() has its last form.
  void complete(torch::jit::Module& module) const;

 private:
  void add(torch::jit::Module& module, const char* name, const c10::IValue& value) const;
  void add_getter(torch::jit::Module& owner) const;
  void add_setter(torch::jit::Module& owner) const;

  std::string path_;
  std::vector<Part> parts_;
  const char* made_name_;
  c10::IValue made_;
  Make make_;
};

}  // namespace qtool
