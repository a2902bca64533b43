#pragma once
#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace torch::jit {
struct Module;
}

namespace qtool {

/// A tensor of a model under its module path, e.g. `layers.0.conv1.weight`.
struct NamedTensor {
  std::string name;
  at::Tensor tensor;
};

/// What a program of torch.export's says besides code and tensors: names and ranges of its sizes, how its inputs and
/// outputs are nested. For whoever writes one that takes its place.
struct ExportedProgram {
  std::string json;           ///< models/model.json
  std::string sample_inputs;  ///< the record of that name
};

/// Types of the tensors that forward() takes and gives, in their order.
struct BorderTypes {
  std::vector<at::ScalarType> inputs = {}, outputs = {};
};

/// What came with a model's file besides its code and tensors.
struct FileNotes {
  std::map<std::string, std::string> extra_files = {};  ///< `config.txt` -> its bytes
  std::vector<std::string> remarks = {};                ///< what the user must know of it, a sentence each
  std::shared_ptr<const ExportedProgram> program = {};  ///< of a .pt2 file
  std::optional<BorderTypes> types = {};  ///< where they are known, and not those of a float32 model
};

/// A TorchScript model. Cheap to move; copying is explicit (`clone`). Folders other than graph/, simulate/
/// and lower/ use it through this header alone and never see torch/csrc/jit.
class Model {
 public:
  explicit Model(const torch::jit::Module& module, FileNotes notes = {});
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  /// The same model, which qtool has made of `origin`: where it fails on inputs, the error blames the data only if
  /// `origin` fails on them, too.
  [[nodiscard]] Model made_of(const Model& origin) &&;

  [[nodiscard]] const FileNotes& notes() const;
  void set_extra_files(const std::map<std::string, std::string>& files);
  void add_remark(std::string remark);
  void set_types(BorderTypes types);

  /// Writes to a temporary name in the same folder, then renames, with the extra files. The same model gives the same
  /// bytes.
  void save(const std::string& path) const;
  [[nodiscard]] Model clone() const;   ///< deep copy
  [[nodiscard]] Model shared() const;  ///< another handle of the same module: tensors and code are shared

  /// Number of tensors that forward() takes, without arguments that have a default.
  [[nodiscard]] size_t input_count() const;
  [[nodiscard]] std::vector<std::string> input_names() const;

  /// Runs forward() through the plain interpreter (no profiling executor; 1.3 times as fast in training), on the device
  /// of the inputs, where the parameters must be (graph/on_device.h).
  /// Records gradients as the caller's grad mode says. A tuple or list of tensors comes back flattened.
  /// The inputs stay as they are: code that may write into them gets copies. A model that computes in half, bfloat16 or
  /// double gets floating-point inputs in the types that it takes, which the first run finds.
  /// Throws Error(kUsage) where the model refuses the inputs, Error(kUnquantizable) where the one that it was made of
  /// takes them. Not to be called from two threads at once on one Model.
  std::vector<at::Tensor> forward(const std::vector<at::Tensor>& inputs);

  /// As a client runs it: Module::forward with its executor and optimisations. For timing and verification. Of the
  /// inputs the same holds; no other code pays for copies.
  std::vector<at::Tensor> forward_as_client(const std::vector<at::Tensor>& inputs);

  /// Types of the tensors that forward() takes of these inputs, and gives. Throws what forward() throws.
  [[nodiscard]] BorderTypes border_types(const std::vector<at::Tensor>& inputs);
  /// Floating-point types of the tensors that forward() reads, the one with the most numbers first.
  [[nodiscard]] std::vector<at::ScalarType> float_types() const;

  void set_training(bool training);  ///< dropout and batch norm, as train() and eval() in PyTorch
  [[nodiscard]] std::vector<NamedTensor> parameters() const;  ///< trained
  [[nodiscard]] std::vector<NamedTensor> buffers() const;     ///< saved, not trained

  [[nodiscard]] torch::jit::Module& module();
  [[nodiscard]] const torch::jit::Module& module() const;

 private:
  struct Impl;
  static void check_input_count(size_t expected, size_t got);
  /// Throws what a run that ended with LibTorch's `message` means to the user.
  [[noreturn]] void refuse_inputs(const std::vector<at::Tensor>& inputs, const std::string& message);
  std::optional<int64_t> batch_that_runs(const std::vector<at::Tensor>& inputs);
  std::unique_ptr<Impl> impl_;
};

}  // namespace qtool
