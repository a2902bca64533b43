#!/usr/bin/env python3
"""executorch.py MODEL INPUTS OUTPUTS [RUNS]: lowers a .pt2 file to ExecuTorch's XNNPACK delegate, and runs it in
ExecuTorch, for qtool's --runner."""
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
try:
    import exchange
    sys.path = [path for path in sys.path if os.path.abspath(path) != here]  # this file has the package's name
    import torch
    import torch._inductor.decomposition  # noqa: F401  brings the operators quantized_decomposed::
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from executorch.exir import to_edge_transform_and_lower
    from executorch.runtime import Runtime
except ImportError as missing:
    sys.exit(f"{sys.argv[0]}: {missing}: pip install executorch numpy")


def main(model, inputs, outputs, runs=0):
    program = torch.export.load(model)
    tensors = [torch.from_numpy(array) for array in exchange.read(inputs, program.graph_signature.user_inputs)]
    lowered = to_edge_transform_and_lower(program, partitioner=[XnnpackPartitioner()]).to_executorch()
    method = Runtime.get().load_program(lowered.buffer).load_method("forward")
    exchange.write(outputs, lambda: method.execute(tensors), runs)


if __name__ == "__main__":
    exchange.call(main, __doc__)
