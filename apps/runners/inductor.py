#!/usr/bin/env python3
"""inductor.py MODEL INPUTS OUTPUTS: runs a .pt2 file as torch.compile makes it with inductor and freezing, which fuses
quantize and dequantize steps into int8 kernels, for qtool's --runner:

    --runner 'python3 apps/runners/inductor.py {model} {inputs} {outputs}'

INPUTS is an npz file with one array for each input of the model, under its name; OUTPUTS gets output_0, output_1, ...
"""
import sys

try:
    import numpy
    import torch
    import torch._inductor.config
    import torch._inductor.decomposition  # noqa: F401  brings the operators quantized_decomposed::
except ImportError as missing:
    sys.exit(f"{sys.argv[0]}: {missing}: pip install torch numpy")


def main(model, inputs, outputs):
    program = torch.export.load(model)
    given = numpy.load(inputs)
    names = program.graph_signature.user_inputs
    missing = [name for name in names if name not in given]
    if missing:
        sys.exit(f"{sys.argv[0]}: no array for {', '.join(missing)} in {inputs}, which has {', '.join(given)}")
    torch._inductor.config.freezing = True
    compiled = torch.compile(program.module())
    with torch.no_grad():
        results = compiled(*[torch.from_numpy(given[name]) for name in names])
    leaves = torch.utils._pytree.tree_leaves(results)
    numpy.savez(outputs, **{f"output_{i}": leaf.numpy() for i, leaf in enumerate(leaves)})


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
