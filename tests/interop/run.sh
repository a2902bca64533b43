#!/bin/sh
# run.sh FILE: the tests that stand in FILE, with the Python that QTOOL_PYTHON names, or python3. Exits with 77 where
# that has no PyTorch of 1.13 or newer.
python=${QTOOL_PYTHON:-python3}
cd "$(dirname "$0")" || exit 1
"$python" -c '
import sys
import numpy, torch
sys.exit(tuple(int(x) for x in torch.__version__.split(".")[:2]) < (1, 13))' 2>/dev/null || {
  echo "skipped: $python has no PyTorch of 1.13 or newer and NumPy; set QTOOL_PYTHON to one that has"
  exit 77
}
exec "$python" -W ignore -m unittest "${1%.py}"
