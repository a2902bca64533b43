"""training_step.py MODEL.pt: one training step of batch 128 in eager PyTorch, in float and prepared by FX for
quantization-aware training, in turn. Prints the two medians in ms. On a GPU where the environment has DEVICE=cuda. As
tests/bench/training_step.cpp does it for qtool."""
import os
import sys
import time
import warnings

import numpy as np
import torch
from torch.ao.quantization import get_default_qat_qconfig_mapping
from torch.ao.quantization.quantize_fx import prepare_qat_fx

import fashion_mnist
import resnet8

warnings.filterwarnings("ignore")
torch.set_num_threads(int(os.environ["THREADS"]))
device = os.environ.get("DEVICE", "cpu")
x = torch.from_numpy(fashion_mnist.images("train", 128)).contiguous(memory_format=torch.channels_last)
y = torch.from_numpy(fashion_mnist.labels("train", 128))


class Trainee:
    def __init__(self, model):
        self.model = model.train().to(device, memory_format=torch.channels_last)
        self.optimizer = torch.optim.SGD(self.model.parameters(), 0.01, 0.9)

    def milliseconds(self):
        start = time.perf_counter()
        loss = torch.nn.functional.cross_entropy(self.model(x.to(device)), y.to(device))
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        if device != "cpu":
            torch.cuda.synchronize()
        return (time.perf_counter() - start) * 1e3


plain = Trainee(resnet8.load(sys.argv[1]))
simulated = Trainee(prepare_qat_fx(resnet8.load(sys.argv[1]).train(), get_default_qat_qconfig_mapping("x86"), (x[:1],)))
pairs = np.array([(plain.milliseconds(), simulated.milliseconds()) for _ in range(25)])[4:]
print(*np.median(pairs, axis=0))
