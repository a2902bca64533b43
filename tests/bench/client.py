"""client.py FLOAT MODEL...: saved models as their clients run them, side by side in one process. Prints JSON.

.pt is loaded by torch.jit.load, .onnx by ONNX Runtime, .xml by OpenVINO. For each: top-1 on the 10,000 test images, the
share of them with FLOAT's top-1, latency in ms at batch 128 and 1 (medians over rounds in which all models take turns).
"""
import json
import os
import random
import sys
import time
import warnings

import numpy as np
import torch

import fashion_mnist

warnings.filterwarnings("ignore")
THREADS = int(os.environ["THREADS"])
torch.set_num_threads(THREADS)


def torchscript(path):
    model = torch.jit.load(path).eval()

    def predict(x):
        with torch.inference_mode():
            return model(torch.from_numpy(x)).numpy()
    return predict


def onnxruntime(path):
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = ort.InferenceSession(path, options)
    name = session.get_inputs()[0].name
    return lambda x: session.run(None, {name: x})[0]


def openvino(path):
    import openvino as ov
    compiled = ov.Core().compile_model(path, "CPU", {"INFERENCE_NUM_THREADS": THREADS, "PERFORMANCE_HINT": "LATENCY"})
    return lambda x: compiled(x)[0]


LOADERS = {".pt": torchscript, ".onnx": onnxruntime, ".xml": openvino}


def take_turns(predictors, batch, calls, rounds):
    """Median ms of each predictor; each gets `calls` calls a round, after as many that are not counted. In another
    order each round, since who runs before leaves caches and spinning threads behind."""
    times = [[] for _ in predictors]
    order = list(zip(predictors, times))
    shuffle = random.Random(0).shuffle
    for turn in range(rounds + 1):
        shuffle(order)
        for predict, own in order:
            for _ in range(calls):
                start = time.perf_counter()
                predict(batch)
                if turn > 0:
                    own.append(time.perf_counter() - start)
    return [float(np.median(own)) * 1e3 for own in times]


if __name__ == "__main__":
    paths = sys.argv[1:]
    predictors = [LOADERS[os.path.splitext(path)[1]](path) for path in paths]
    x, y = fashion_mnist.images("t10k", 10000), fashion_mnist.labels("t10k", 10000)
    classes = [np.concatenate([predict(x[i:i + 500]).argmax(1) for i in range(0, 10000, 500)])
               for predict in predictors]
    many = take_turns(predictors, x[:128].copy(), calls=10, rounds=10)
    one = take_turns(predictors, x[:1].copy(), calls=50, rounds=10)
    print(json.dumps([{"path": path, "top1": float((c == y).mean()), "agreement": float((c == classes[0]).mean()),
                       "batch128_ms": ms128, "batch1_ms": ms1, "bytes": os.path.getsize(path)}
                      for path, c, ms128, ms1 in zip(paths, classes, many, one)]))
