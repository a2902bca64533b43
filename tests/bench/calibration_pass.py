"""calibration_pass.py: a pass of a wide ResNet in float and with FX's histogram observers, in turn. Prints the two
medians."""
import os
import time
import warnings

import numpy as np
import torch
from torch.ao.quantization import get_default_qconfig_mapping
from torch.ao.quantization.quantize_fx import prepare_fx

import fashion_mnist
import resnet8

warnings.filterwarnings("ignore")
torch.set_num_threads(int(os.environ["THREADS"]))
x = torch.from_numpy(fashion_mnist.images("train", 128))
torch.manual_seed(0)
model = resnet8.ResNet8(widths=(64, 128, 256)).eval()
observed = prepare_fx(model, get_default_qconfig_mapping("x86"), (x[:1],))


def milliseconds(module):
    start = time.perf_counter()
    for _ in range(4):
        module(x)
    return (time.perf_counter() - start) / 4 * 1e3


with torch.no_grad():
    pairs = np.array([(milliseconds(model), milliseconds(observed)) for _ in range(12)])[2:]
print(*np.median(pairs, axis=0))
