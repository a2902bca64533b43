#!/usr/bin/env python3
"""inductor.py MODEL INPUTS OUTPUTS [RUNS]: runs a .pt2 file as torch.compile makes it with inductor and freezing, which
fuses quantize and dequantize steps into int8 kernels, for qtool's --runner."""
import sys

try:
    import exchange
    import torch
    import torch._inductor.config
    import torch._inductor.decomposition  # noqa: F401  brings the operators quantized_decomposed::
except ImportError as missing:
    sys.exit(f"{sys.argv[0]}: {missing}: pip install torch numpy")


def main(model, inputs, outputs, runs=0):
    program = torch.export.load(model)
    tensors = [torch.from_numpy(array) for array in exchange.read(inputs, program.graph_signature.user_inputs)]
    torch._inductor.config.freezing = True
    compiled = torch.compile(program.module())
    with torch.no_grad():
        exchange.write(outputs, lambda: torch.utils._pytree.tree_leaves(compiled(*tensors)), runs)


if __name__ == "__main__":
    exchange.call(main, __doc__)
