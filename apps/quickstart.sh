#!/usr/bin/env bash
# From a fresh Debian machine to an int8 model: sets up, builds qtool, and quantizes a small ResNet that was trained on
# Fashion-MNIST. Takes the options of apps/setup.sh; FASHION_MNIST names the data's folder where Debian's is not wanted.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
setup "$@"
configure
build_targets qtool

data=${FASHION_MNIST:-/usr/share/datasets/fashion-mnist}
job=("$build/qtool" ptq configs/fashion_mnist/resnet8.pt --data "idx:$data,mean=0.2860,std=0.3530" -o out/quickstart)
echo "+ ${job[*]}"
"${job[@]}"
echo "report: $PWD/out/quickstart/report.md"
