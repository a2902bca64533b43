"""Attention of PyTorch's modules, whose fused operators are undone to layers that can be int8; layers by addmm."""
import os
import unittest

import torch
from torch import nn

from harness import FaultTest, sqnr_db


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(48, 4, batch_first=True)
        self.head = nn.Linear(48, 5)

    def forward(self, x):
        return self.head(self.attention(x, x, x)[0])


class Weights(nn.Module):
    """What is looked at is a result, too."""

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(48, 4, batch_first=True)
        self.head = nn.Linear(48, 5)

    def forward(self, x):
        y, weights = self.attention(x, x, x)
        return self.head(y), weights


class Crossed(nn.Module):
    """Queries are of another kind than what they look at."""

    def __init__(self):
        super().__init__()
        self.query = nn.Linear(48, 48)
        self.attention = nn.MultiheadAttention(48, 4, batch_first=True)

    def forward(self, x):
        return self.attention(self.query(x), x, x)[0]


class Encoder(nn.Module):
    def __init__(self, layers=2, **keywords):
        super().__init__()
        layer = nn.TransformerEncoderLayer(48, 4, 96, batch_first=True, **keywords)
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.head = nn.Linear(48, 5)

    def forward(self, x):
        return self.head(self.encoder(x))


class Conv1D(nn.Module):
    """As GPT-2 has it: a weight that is not transposed."""

    def __init__(self, features, outputs):
        super().__init__()
        self.outputs = outputs
        self.weight = nn.Parameter(torch.randn(features, outputs) * features**-0.5)
        self.bias = nn.Parameter(torch.randn(outputs))

    def forward(self, x):
        y = torch.addmm(self.bias, x.view(-1, x.size(-1)), self.weight)
        return y.view(x.size(0), x.size(1), self.outputs)


class Product(nn.Module):
    def __init__(self, *sizes):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(*sizes) * 0.2)

    def forward(self, x):
        return torch.matmul(x, self.weight)


class AttentionTest(FaultTest):
    def check(self, model, layers, form="script", least=28, most=0.6, mode="static"):
        """So many int8 weights, a smaller file, which PyTorch runs, near float and its simulation."""
        x = torch.randn(64, 9, 48)
        if form == "script":
            path = self.script(model)
        else:  # without gradients a trace takes LibTorch's fused operators, too
            with torch.no_grad():
                path = self.trace(model, x)
        told = self.qtool("inspect", path).stdout
        self.assertEqual(sum(":weight" in line for line in told.splitlines()), layers, told)
        self.job("ptq", path, self.npz(x=x), "--improve", "none", "--blame-samples", 0, "--mode", mode)
        with torch.no_grad():
            reference = model(x)
        references = list(reference) if isinstance(reference, tuple) else [reference]
        int8, simulated = (self.run_file(self.path("out/" + name), x)
                           for name in ("model.int8.pt", "model.fakequant.pt"))
        for expected, rounded, made in zip(references, simulated, int8, strict=True):
            self.assertEqual(expected.shape, made.shape)
            self.assertGreater(sqnr_db(expected, made), least)
            self.assertGreater(sqnr_db(rounded, made), 30)
        self.assertLess(os.path.getsize(self.path("out/model.int8.pt")), most * os.path.getsize(path))
        return told

    def test_attention_is_three_layers(self):
        for form in ("script", "trace"):
            with self.subTest(form=form):
                self.check(Attention(), 3, form)

    def test_an_encoder_is_four_layers_each(self):
        self.check(Encoder(), 9)
        self.check(Encoder(norm_first=True, activation="gelu"), 9, "trace")

    def test_dynamic_and_weight_only(self):
        self.check(Encoder(1), 5, mode="dynamic")
        self.check(Encoder(1), 5, mode="weight-only", least=35)

    def test_what_looks_elsewhere_or_gives_its_weights_computes_what_it_did(self):
        self.check(Crossed(), 2, "trace", most=1)
        self.check(Weights(), 1, "trace", most=1)
        self.check(Weights(), 1, most=1)

    def test_addmm_with_a_weight_that_is_not_transposed_is_a_layer(self):
        self.check(nn.Sequential(Conv1D(48, 96), nn.GELU(), Conv1D(96, 48)), 2, "trace")

    def test_a_product_with_a_parameter_is_a_layer(self):
        self.check(nn.Sequential(Product(48, 96), nn.ReLU(), Product(96, 8)), 2)
        told = self.check(nn.Sequential(Product(1, 48, 24), nn.Linear(24, 8)), 1, most=1.5)
        self.assertIn("no int8 form of aten::matmul", told)


if __name__ == "__main__":
    unittest.main()
