#!/usr/bin/env bash
# From a fresh Debian machine to two int8 models: sets up, builds qtool, and quantizes a small ResNet that was trained on
# Fashion-MNIST, first without training (to 8 bits), then with (to 2 bits a weight, two epochs). Takes the options of
# apps/setup.sh; FASHION_MNIST names the data's folder where Debian's is not wanted.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
setup "$@"
configure
build_targets qtool

data=idx:${FASHION_MNIST:-/usr/share/datasets/fashion-mnist},mean=0.2860,std=0.3530
run() {
  echo
  echo "+ $*"
  "$@"
}
run "$build/qtool" ptq configs/fashion_mnist/resnet8.pt --data "$data" -o out/quickstart
run "$build/qtool" qat --config configs/quantization_aware_training.yaml --data "$data"
echo
echo "reports: $PWD/out/quickstart/report.html"
echo "         $PWD/out/quantization_aware_training/report.html"
