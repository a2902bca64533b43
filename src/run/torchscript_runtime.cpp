#include "run/torchscript_runtime.h"

#include "base/version.h"
#include "graph/tensor_inputs.h"

namespace qtool {
namespace {

class TorchscriptRuntime final : public RuntimeModel {
 public:
  explicit TorchscriptRuntime(Model model) : model_(std::move(model)), inputs_(tensor_inputs(model_)) {}

  std::string runtime() const override { return "LibTorch " + libtorch_version(); }
  std::vector<std::string> input_names() const override { return inputs_; }
  std::vector<std::string> remarks() const override { return model_.notes().remarks; }
  std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs) override {
    return model_.forward_as_client(inputs);
  }

 private:
  Model model_;
  std::vector<std::string> inputs_;
};

}  // namespace

std::unique_ptr<RuntimeModel> torchscript_runtime(Model model) {
  return std::make_unique<TorchscriptRuntime>(std::move(model));
}

}  // namespace qtool
