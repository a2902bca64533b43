"""fx_qat.py MODEL.pt WEIGHT_BITS EPOCHS SEED [sgd|adamw]: quantization-aware training by PyTorch FX, as its users do
it. Prints top-1 on the test images before training and after, and the seconds of training. On a GPU where the
environment has DEVICE=cuda.

SGD with momentum 0.9 and learning rate 0.01, or AdamW with qtool's 0.001, along a cosine, batch 128, flips; batch norm
frozen in the last third.
"""
import os
import sys
import time
import warnings

import torch
from torch.ao.quantization import (FusedMovingAvgObsFakeQuantize, MovingAverageMinMaxObserver,
                                   MovingAveragePerChannelMinMaxObserver, QConfig, QConfigMapping)
from torch.ao.quantization.quantize_fx import prepare_qat_fx

import fashion_mnist
import resnet8

warnings.filterwarnings("ignore")
torch.set_num_threads(int(os.environ["THREADS"]))
path, bits, epochs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.manual_seed(int(sys.argv[4]))
kind = sys.argv[5] if len(sys.argv) > 5 else "sgd"
device = os.environ.get("DEVICE", "cpu")
half = 2 ** (bits - 1)
config = QConfig(
    activation=FusedMovingAvgObsFakeQuantize.with_args(observer=MovingAverageMinMaxObserver, quant_min=0,
                                                       quant_max=255),
    weight=FusedMovingAvgObsFakeQuantize.with_args(observer=MovingAveragePerChannelMinMaxObserver, dtype=torch.qint8,
                                                   qscheme=torch.per_channel_symmetric, quant_min=-half,
                                                   quant_max=half - 1))
x, y = (torch.from_numpy(read("train", 60000)) for read in (fashion_mnist.images, fashion_mnist.labels))
test_x, test_y = (torch.from_numpy(read("t10k", 10000)) for read in (fashion_mnist.images, fashion_mnist.labels))
model = prepare_qat_fx(resnet8.load(path).train(), QConfigMapping().set_global(config), (x[:1],))
model = model.to(device, memory_format=torch.channels_last)


def run(images):
    return model(images.to(device, memory_format=torch.channels_last))


def top1():
    model.eval()
    with torch.no_grad():
        right = (run(test_x[i:i + 500]).argmax(1).cpu() == test_y[i:i + 500] for i in range(0, 10000, 500))
        return sum(part.sum().item() for part in right) / 10000


with torch.no_grad():
    model.train()
    for i in range(0, 1024, 128):
        run(x[i:i + 128])
before = top1()
steps = epochs * (60000 // 128)
make = {"sgd": lambda weights: torch.optim.SGD(weights, 0.01, 0.9),
        "adamw": lambda weights: torch.optim.AdamW(weights, 0.001, weight_decay=0.05)}
optimizer = make[kind](model.parameters())
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
start, step = time.time(), 0
for epoch in range(epochs):
    model.train()
    order = torch.randperm(60000)
    for i in range(60000 // 128):
        if step == steps * 2 // 3:
            model.apply(torch.ao.nn.intrinsic.qat.freeze_bn_stats)
        chosen = order[i * 128:(i + 1) * 128]
        batch = x[chosen].flip(3) if torch.rand(1) < 0.5 else x[chosen]
        loss = torch.nn.functional.cross_entropy(run(batch), y[chosen].to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        step += 1
print(before, top1(), time.time() - start)
