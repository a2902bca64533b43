#!/usr/bin/env python3
"""executorch.py MODEL INPUTS OUTPUTS: lowers a .pt2 file to ExecuTorch's XNNPACK delegate, and runs it in ExecuTorch,
for qtool's --runner:

    --runner 'python3 apps/runners/executorch.py {model} {inputs} {outputs}'

INPUTS is an npz file with one array for each input of the model, under its name; OUTPUTS gets output_0, output_1, ...
"""
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path = [path for path in sys.path if os.path.abspath(path) != here]  # this file has the package's name
try:
    import numpy
    import torch
    import torch._inductor.decomposition  # noqa: F401  brings the operators quantized_decomposed::
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from executorch.exir import to_edge_transform_and_lower
    from executorch.runtime import Runtime
except ImportError as missing:
    sys.exit(f"{sys.argv[0]}: {missing}: pip install executorch numpy")


def main(model, inputs, outputs):
    program = torch.export.load(model)
    given = numpy.load(inputs)
    tensors = [torch.from_numpy(given[name]) for name in program.graph_signature.user_inputs]
    lowered = to_edge_transform_and_lower(program, partitioner=[XnnpackPartitioner()]).to_executorch()
    results = Runtime.get().load_program(lowered.buffer).load_method("forward").execute(tensors)
    numpy.savez(outputs, **{f"output_{i}": result.numpy() for i, result in enumerate(results)})


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
