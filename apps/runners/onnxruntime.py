#!/usr/bin/env python3
"""onnxruntime.py MODEL INPUTS OUTPUTS: runs an ONNX file in ONNX Runtime on the CPU, for qtool's --runner:

    --runner 'python3 apps/runners/onnxruntime.py {model} {inputs} {outputs}'

INPUTS is an npz file with one array for each input of the model, under its name; OUTPUTS gets output_0, output_1, ...
"""
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path = [path for path in sys.path if os.path.abspath(path) != here]  # this file has the package's name
try:
    import numpy
    import onnxruntime
except ImportError as missing:
    sys.exit(f"{sys.argv[0]}: {missing}: pip install onnxruntime numpy")


def main(model, inputs, outputs):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    given = numpy.load(inputs)
    missing = [value.name for value in session.get_inputs() if value.name not in given]
    if missing:
        sys.exit(f"{sys.argv[0]}: no array for {', '.join(missing)} in {inputs}, which has {', '.join(given)}")
    results = session.run(None, {value.name: given[value.name] for value in session.get_inputs()})
    numpy.savez(outputs, **{f"output_{i}": result for i, result in enumerate(results)})


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
