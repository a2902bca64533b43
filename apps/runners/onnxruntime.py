#!/usr/bin/env python3
"""onnxruntime.py MODEL INPUTS OUTPUTS [RUNS]: runs an ONNX file in ONNX Runtime on the CPU, for qtool's --runner."""
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
try:
    import exchange
    sys.path = [path for path in sys.path if os.path.abspath(path) != here]  # this file has the package's name
    import onnxruntime
except ImportError as missing:
    sys.exit(f"{sys.argv[0]}: {missing}: pip install onnxruntime numpy")


def main(model, inputs, outputs, runs=0):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]
    feeds = dict(zip(names, exchange.read(inputs, names)))
    exchange.write(outputs, lambda: session.run(None, feeds), runs)


if __name__ == "__main__":
    exchange.call(main, __doc__)
