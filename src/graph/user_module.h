#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace torch::jit {
struct Module;
}

namespace qtool {

/// What one argument of a method is given: one tensor, or several.
using TensorList = std::vector<at::Tensor>;

/// A TorchScript module of the user's that is called for what it says of tensors: a metric, a loss. Copies share the
/// module.
class UserModule {
 public:
  /// `where` names its file in errors.
  UserModule(const torch::jit::Module& module, std::string where);
  UserModule(const UserModule&);
  UserModule& operator=(const UserModule&);
  ~UserModule();

  [[nodiscard]] const std::string& where() const;
  /// Another one, in the state of the file.
  [[nodiscard]] UserModule fresh() const;

  [[nodiscard]] bool has(const std::string& method) const;
  /// Attributes; empty where there is none of the name. Throw Error(kUsage) where it is of another type.
  [[nodiscard]] std::optional<bool> flag(const std::string& name) const;
  [[nodiscard]] std::optional<std::string> text(const std::string& name) const;

  /// Throws Error(kUsage) where the method does not take as many arguments as `names` has, each a Tensor or a
  /// List[Tensor]; more may have defaults.
  void check_arguments(const std::string& method, const std::vector<std::string>& names) const;

  /// Calls the method, which has been checked, in the caller's grad mode. A number comes back as a tensor, None as an
  /// undefined one. Throws Error(kUsage) with the reason and the line where it fails, where it wants one tensor and
  /// there are several, and where it returns something else.
  [[nodiscard]] at::Tensor call(const std::string& method, const std::vector<TensorList>& arguments) const;

 private:
  struct Impl;
  explicit UserModule(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace qtool
