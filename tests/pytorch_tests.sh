#!/bin/sh
# pytorch_tests.sh FILE: the unit tests that stand in the Python FILE, with the Python that QTOOL_PYTHON names, or
# python3. Exits with 77 (skipped) where that has no NumPy or no PyTorch of 1.13 or newer.
cd "$(dirname "$1")" || exit 1
exec "${QTOOL_PYTHON:-python3}" -W ignore -c '
import sys, unittest
try:
    import numpy, torch
    old = tuple(int(number) for number in torch.__version__.split(".")[:2]) < (1, 13)
except ImportError:
    old = True
if old:
    print(f"skipped: {sys.executable} has no PyTorch of 1.13 or newer and NumPy; set QTOOL_PYTHON to one that has")
    sys.exit(77)
unittest.main(module=sys.argv[1], argv=sys.argv[:1])' "$(basename "$1" .py)"
