"""The eager twin of qtool's zoo:resnet8, which peers that quantize eager modules or ONNX need."""
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu2 = nn.ReLU()
        self.down = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.down = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(x)))))
        return self.relu2(y + self.down(x))


class ResNet8(nn.Module):
    def __init__(self, widths=(16, 32, 64)):
        super().__init__()
        self.conv = nn.Conv2d(1, widths[0], 3, 1, 1, bias=False)
        self.bn = nn.BatchNorm2d(widths[0])
        self.relu = nn.ReLU()
        inputs = (widths[0], *widths[:-1])
        self.layers = nn.Sequential(*(Block(i, o, 2 if k else 1) for k, (i, o) in enumerate(zip(inputs, widths))))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(widths[-1], 10)

    def forward(self, x):
        x = self.layers(self.relu(self.bn(self.conv(x))))
        return self.fc(torch.flatten(self.pool(x), 1))


def load(path):
    """An eager ResNet8 in eval mode with the weights of a TorchScript file or a state dict."""
    try:
        state = torch.jit.load(path).state_dict()
    except RuntimeError:
        state = torch.load(path)
    model = ResNet8()
    model.load_state_dict(state)
    return model.eval()
