#!/usr/bin/env bash
# run.sh [MODEL.pt] [options of apps/setup.sh]: qtool beside its peers on this machine, as Markdown. MODEL is a ResNet-8
# of zoo:resnet8 (configs/fashion_mnist/resnet8.pt unless given). The peers come from pip into build/bench-venv, or are
# those of PEERS_VENV. THREADS (2), ROUNDS (7) and SEEDS (0) may be set.
model=configs/fashion_mnist/resnet8.pt
case ${1:-} in
  *.pt) model=$(realpath "$1"); shift ;;
esac
source "$(dirname "${BASH_SOURCE[0]}")/../../apps/setup.sh"
setup "$@"
configure >&2
build_targets qtool calibration_pass training_step >&2
venv=${PEERS_VENV:-$PWD/build/bench-venv}
if ! "$venv/bin/python" -c 'import torch, onnxruntime, nncf, openvino' 2>/dev/null; then
  say "installing the peers into $venv" >&2
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install -q --extra-index-url "$torch_cpu_index" -r tests/bench/requirements.txt >&2 ||
    fail "install the peers with pip" "see above" "set PEERS_VENV to a virtual environment that has them"
fi
"$venv/bin/python" tests/bench/bench.py "$build/qtool" "$build/tests/bench/calibration_pass" "$model" "$build/bench"
"$venv/bin/python" tests/bench/qat_bench.py "$build/qtool" "$build/tests/bench/training_step" "$model" \
  "$build/bench/qat"
