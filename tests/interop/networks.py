"""Small networks of many kinds, as people write them in PyTorch. `ALL` has, for each: the class, the shapes of the
inputs, operators that must be int8, and those that must stay float, each with a part of the reason."""
from typing import List

import torch
from torch import nn
from torch.nn import functional as F


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True))
        self.a = nn.Sequential(nn.Conv2d(16, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True),
                               nn.Conv2d(16, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16))
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        x = self.stem(x)
        x = F.relu(x + self.a(x))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


class SqueezeExcite(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.down = nn.Conv2d(channels, 4, 1)
        self.up = nn.Conv2d(4, channels, 1)

    def forward(self, x):
        y = F.relu(self.down(x.mean([2, 3], keepdim=True)))
        return x * F.hardsigmoid(self.up(y))


class Mobile(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 16, 3, 2, 1), nn.BatchNorm2d(16), nn.Hardswish(),
            nn.Conv2d(16, 16, 3, 1, 1, groups=16), nn.BatchNorm2d(16), nn.ReLU6(), SqueezeExcite(16),
            nn.Conv2d(16, 32, 1), nn.BatchNorm2d(32), nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
            nn.Dropout(0.1),
            nn.Linear(32, 10))

    def forward(self, x):
        return self.layers(x)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 16, 3, padding=1)
        self.up = nn.ConvTranspose2d(16, 8, 2, 2)
        self.join = nn.Conv2d(16, 8, 3, padding=1)
        self.last = nn.Conv2d(8, 2, 1)

    def forward(self, x):
        high = F.relu(self.first(x))
        low = F.relu(self.second(F.max_pool2d(high, 2)))
        x = F.relu(self.join(torch.cat([high, self.up(low)], 1)))
        x = F.interpolate(F.pad(x, (1, 1, 1, 1)), scale_factor=2.0, mode="nearest")
        return self.last(F.interpolate(x, size=(24, 24), mode="bilinear", align_corners=False))


class Perceptron(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(20, 32), nn.LeakyReLU(0.1), nn.Linear(32, 32), nn.Sigmoid(),
                                    nn.Linear(32, 4))

    def forward(self, x):
        return self.layers(x)


class Waves(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv1d(2, 16, 5, padding=2), nn.BatchNorm1d(16), nn.ReLU(), nn.MaxPool1d(2),
                                    nn.Conv1d(16, 16, 3, dilation=2, groups=4), nn.ReLU())
        self.fc = nn.Linear(16, 3)

    def forward(self, x):
        return self.fc(self.layers(x).mean(-1))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k, self.v, self.o = (nn.Linear(16, 16) for _ in range(4))
        self.up, self.down = nn.Linear(16, 32), nn.Linear(32, 16)
        self.norm1, self.norm2 = nn.LayerNorm(16), nn.LayerNorm(16)

    def forward(self, x):
        weights = torch.softmax(torch.matmul(self.q(x), self.k(x).transpose(1, 2)) / 4.0, -1)
        x = self.norm1(x + self.o(torch.matmul(weights, self.v(x))))
        return self.norm2(x + self.down(F.gelu(self.up(x))))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        torch.backends.mha.set_fastpath_enabled(False)  # which is one operator, without layers
        self.layer, self.last = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True), nn.Linear(16, 4)

    def forward(self, x):
        return self.last(self.layer(x).mean(1))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.fc = nn.LSTM(8, 16, batch_first=True), nn.Linear(16, 3)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])


class TwoInputs(nn.Module):
    def __init__(self):
        super().__init__()
        self.image, self.table, self.last = nn.Conv2d(3, 8, 3), nn.Linear(5, 8), nn.Linear(16, 2)

    def forward(self, image, table):
        return self.last(torch.cat([F.relu(self.image(image)).mean([2, 3]), F.relu(self.table(table))], 1))


class TwoOutputs(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.kind, self.box = nn.Linear(12, 16), nn.Linear(16, 3), nn.Linear(16, 4)

    def forward(self, x):
        x = F.relu(self.body(x))
        return self.kind(x), self.box(x)


class Branching(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.last = nn.Linear(6, 8), nn.Linear(8, 8), nn.Linear(8, 2)

    def forward(self, x):
        x = self.first(x)
        if bool(x.sum() > 0):
            x = F.relu(self.second(x))
        for _ in range(2):
            x = x + 0.5
        return self.last(x)


class Forked(nn.Module):
    def __init__(self):
        super().__init__()
        self.left, self.right, self.last = nn.Linear(6, 8), nn.Linear(6, 8), nn.Linear(8, 2)

    def on_the_right(self, x):
        return F.relu(self.right(x))

    def forward(self, x):
        right = torch.jit.fork(self.on_the_right, x)
        return self.last(F.relu(self.left(x)) + torch.jit.wait(right))


class DenseLayer(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm, self.conv = nn.BatchNorm2d(channels), nn.Conv2d(channels, 8, 3, padding=1)

    def forward(self, parts: List[torch.Tensor]):
        return self.conv(F.relu(self.norm(torch.cat(parts, 1))))


class Dense(nn.Module):
    """As DenseNet has it: a list that grows, and batch norms that no convolution takes in."""

    def __init__(self):
        super().__init__()
        self.stem, self.a, self.b = nn.Conv2d(3, 8, 3), DenseLayer(8), DenseLayer(16)
        self.norm, self.fc = nn.BatchNorm2d(24), nn.Linear(24, 4)

    def forward(self, x):
        parts = [self.stem(x)]
        parts.append(self.a(parts))
        parts.append(self.b(parts))
        return self.fc(F.relu(self.norm(torch.cat(parts, 1))).mean([2, 3]))


class Shuffled(nn.Module):
    """As ShuffleNet has it: halves that part, and channels that change places."""

    def __init__(self):
        super().__init__()
        self.stem, self.branch, self.fc = nn.Conv2d(3, 8, 3), nn.Conv2d(4, 4, 3, padding=1), nn.Linear(8, 4)

    def forward(self, x):
        left, right = self.stem(x).chunk(2, dim=1)
        x = torch.stack((left, torch.tanh(self.branch(right))), 2).flatten(1, 2)
        return self.fc(x.mean([2, 3]))


class Video(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv3d(3, 8, 3, padding=1, bias=False), nn.BatchNorm3d(8), nn.ReLU(),
                                    nn.MaxPool3d(2), nn.Conv3d(8, 8, (1, 3, 3)), nn.ELU(), nn.AdaptiveAvgPool3d(1))
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        return self.fc(self.layers(x).flatten(1))


IMAGE = (3, 16, 16)
ALL = {
    "residual": (Residual, [IMAGE], ["stem.0", "a.0", "a.3", "fc"], {}),
    "mobile": (Mobile, [IMAGE], ["layers.0", "layers.3", "layers.6.down", "layers.7", "layers.13"], {}),
    "unet": (UNet, [IMAGE], ["first", "second", "join", "last"], {}),
    "dense": (Dense, [IMAGE], ["stem", "a.conv", "b.conv", "fc"], {}),
    "shuffled": (Shuffled, [IMAGE], ["stem", "branch", "fc"], {}),
    "video": (Video, [(3, 4, 12, 12)], ["layers.0", "layers.4", "fc"], {}),
    "perceptron": (Perceptron, [(20,)], ["layers.0", "layers.2", "layers.4"], {}),
    "waves": (Waves, [(2, 32)], ["layers.0", "layers.4", "fc"], {}),
    "transformer": (Transformer, [(7, 16)], ["q", "k", "v", "o", "up", "down"], {"aten::layer_norm": "no int8 form",
                                                                                 "aten::gelu": "no int8 form"}),
    "encoder": (Encoder, [(7, 16)], ["layer.linear1", "layer.linear2", "last"], {"aten::layer_norm": "no int8 form"}),
    "recurrent": (Recurrent, [(6, 8)], ["fc"], {}),
    "two_inputs": (TwoInputs, [IMAGE, (5,)], ["image", "table", "last"], {}),
    "two_outputs": (TwoOutputs, [(12,)], ["body", "kind", "box"], {}),
    "branching": (Branching, [(6,)], ["first", "last"], {}),
    "forked": (Forked, [(6,)], ["left", "right", "last"], {}),
}

# F.interpolate, scripted, names operators of the PyTorch that saves it (aten::_upsample_lanczos2d_aa) on branches that
# are never taken. An older LibTorch has not got them.
NOT_FOR_OLDER_LIBTORCH = ["unet"]
# The encoder's script has its layers on branches, where they stay float.
NOT_SCRIPTED = ["encoder"]
# A trace keeps one branch, and the sizes of an LSTM's batch.
NOT_TRACED = ["branching", "recurrent"]
