#include "job/qat.h"

#include "quantize_command.h"

namespace qtool {
namespace {

int run(const QatOptions& options, const Context& context) {
  return run_quantization(options, context, run_qat);
}

}  // namespace

Command qat_command() {
  return make_command<QatOptions>(
      "qat", "fine-tune with simulated quantization, then quantize to int8",
      "qtool qat model.pt --data idx:/usr/share/datasets/fashion-mnist,mean=0.2860,std=0.3530 --weight-bits "
      "3 -o out",
      run);
}

}  // namespace qtool
