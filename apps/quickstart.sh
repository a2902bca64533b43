#!/usr/bin/env bash
# From a fresh Debian machine to int8 models: sets up, builds qtool, and runs the two demonstrations, a small ResNet
# that was trained on Fashion-MNIST and is quantized without training (configs/post_training_quantization.yaml) and with
# (configs/quantization_aware_training.yaml). Takes the options of apps/setup.sh; FASHION_MNIST names the data's folder
# where Debian's is not wanted.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
setup "$@"
configure
build_targets qtool

run() {
  echo
  echo "+ $*"
  "$@"
}
data=()
if [ -n "${FASHION_MNIST:-}" ]; then data=(--set "data=idx:$FASHION_MNIST,mean=0.2860,std=0.3530"); fi
run "$build/qtool" run configs/post_training_quantization.yaml "${data[@]}"
run "$build/qtool" run configs/quantization_aware_training.yaml "${data[@]}"
echo
echo "reports: $PWD/out/post_training_quantization/summary.html"
echo "         $PWD/out/quantization_aware_training/summary.html"
