#!/usr/bin/env bash
# Makes post_training_quantization.png and quantization_aware_training.png again: quantizes configs/fashion_mnist/resnet8.pt
# without and with training (about six minutes on two cores) and draws what the two reports hold. Takes the options of
# apps/setup.sh.
source "$(dirname "${BASH_SOURCE[0]}")/../apps/setup.sh"
setup "$@"
install_packages python3-matplotlib fonts-dejavu-core
configure
build_targets qtool

data=idx:${FASHION_MNIST:-/usr/share/datasets/fashion-mnist},mean=0.2860,std=0.3530
"$build/qtool" ptq configs/fashion_mnist/resnet8.pt --data "$data" -o out/images/ptq
"$build/qtool" qat configs/fashion_mnist/resnet8.pt --data "$data" --weight-bits 2 --epochs 6 --flip -o out/images/qat
/usr/bin/python3 images/draw.py out/images/ptq/report.json out/images/qat/report.json images
