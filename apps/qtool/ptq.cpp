#include "job/ptq.h"

#include "quantize_command.h"

namespace qtool {
namespace {

int run(const PtqOptions& options, const Context& context) {
  return run_quantization(options, context, run_ptq);
}

}  // namespace

Command ptq_command() {
  return make_command<PtqOptions>(
      "ptq", "quantize a float TorchScript model to int8, without training",
      "qtool ptq model.pt --data idx:/usr/share/datasets/fashion-mnist,mean=0.2860,std=0.3530 -o out", run);
}

}  // namespace qtool
