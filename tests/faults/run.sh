#!/bin/sh
# run.sh FILE: runs the unit tests of this folder that stand in FILE. 77 (skipped) where Python has no PyTorch or NumPy.
set -eu
cd "$(dirname "$0")"
python=${QTOOL_PYTHON:-python3}
"$python" -c 'import numpy, torch' 2>/dev/null || { echo "$python has no PyTorch or no NumPy: skipped"; exit 77; }
exec "$python" -W ignore -m unittest "${1%.py}"
