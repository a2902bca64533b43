#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

#include "graph/model.h"

namespace qtool {

/// Defines a TorchScript module from C++: parameters, buffers, children and the source of `forward`. What it
/// builds is an ordinary model: it saves, loads in Python and trains.
///
///     ModuleBuilder linear("Linear");
///     linear.parameter("weight", weight).define(
///         "def forward(self, x):\n  return torch.linear(x, self.weight, None)");
///     Model model = ModuleBuilder("Net").child("fc", linear)
///         .define("def forward(self, x):\n  return torch.relu(self.fc.forward(x))").build();
class ModuleBuilder {
 public:
  /// `type_name` becomes the class name in the file, e.g. `Conv2d`: an identifier.
  explicit ModuleBuilder(const std::string& type_name);
  ~ModuleBuilder();
  ModuleBuilder(ModuleBuilder&&) noexcept;

  ModuleBuilder& parameter(const std::string& name, const at::Tensor& value);
  ModuleBuilder& buffer(const std::string& name, const at::Tensor& value);
  /// Takes the child as it is now; what is added to it later is not seen here.
  ModuleBuilder& child(const std::string& name, const ModuleBuilder& module);
  /// TorchScript source of one method. Children are called by `.forward(...)` (one whose name is a number by
  /// `getattr(self, "0").forward(...)`); `torch.` names resolve to operators; `self.training` is there.
  /// A source that does not compile throws c10::Error from build(), with the
  /// place: a bug of the caller.
  ModuleBuilder& define(const std::string& source);
  /// Each call makes new tensors, so that models of one builder share nothing.
  [[nodiscard]] Model build() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace qtool
