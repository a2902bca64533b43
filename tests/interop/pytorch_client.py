"""A client that has seen nothing but PyTorch: for each line of its input, [inputs, outputs, models] as JSON, it runs
the saved models on their inputs and saves what they answer, as lists. It answers with a line: null, or what went
wrong."""
import json
import sys
import traceback

import torch


def outputs(path, inputs):
    made = torch.jit.load(path)(*inputs)
    return list(made) if isinstance(made, (tuple, list)) else [made]


def problem(line):
    given, made, paths = json.loads(line)
    try:
        with torch.no_grad():
            torch.save([outputs(path, inputs) for path, inputs in zip(paths, torch.load(given))], made)
    except Exception:  # whatever it is, a test shows it
        return traceback.format_exc()


torch.set_num_threads(1)
for request in sys.stdin:
    print(json.dumps(problem(request)), flush=True)
