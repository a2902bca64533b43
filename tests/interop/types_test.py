"""Networks in half, bfloat16 and double: quantized, and loaded by a client whose code stays as it is."""
import os
import unittest

import torch
from torch import nn

import client

FILES = {"libtorch": "model.int8.pt", "libtorch-onednn": "model.int8.onednn.pt", "simulation": "model.fakequant.pt"}
NAMES = {torch.float16: "Half", torch.bfloat16: "BFloat16", torch.float64: "Double"}
# What the types of the files themselves round is in the numbers: bfloat16 has eight bits.
LEAST_DB = {torch.float16: 25, torch.bfloat16: 23, torch.float64: 25}


class Images(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(),
                                    nn.Conv2d(16, 24, 3, stride=2), nn.BatchNorm2d(24), nn.ReLU(),
                                    nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(24, 10))

    def forward(self, x):
        return self.layers(x)

    def example(self, count):
        return [torch.randn(count, 3, 12, 12)]


class Words(nn.Module):
    """Takes whole numbers."""

    def __init__(self):
        super().__init__()
        self.embedding, self.cells = nn.Embedding(50, 24), nn.LSTM(24, 32, batch_first=True, bidirectional=True)
        self.last = nn.Linear(64, 8)

    def forward(self, ids):
        return self.last(self.cells(self.embedding(ids))[0])

    def example(self, count):
        return [torch.randint(0, 50, (count, 9))]


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.layer = nn.Linear(12, 32), nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)

    def forward(self, x):
        return self.layer(self.first(x))

    def example(self, count):
        return [torch.randn(count, 7, 12)]


class Mixed(nn.Module):
    """A layer norm in float32 amid half, a cast of its own at the input, outputs of three types, one in a dict."""

    def __init__(self):
        super().__init__()
        self.first, self.norm, self.last = nn.Linear(12, 48), nn.LayerNorm(48), nn.Linear(48, 5)

    def to(self, dtype):
        super().to(dtype)
        self.norm.float()
        return self

    def forward(self, x):
        dtype = self.first.weight.dtype
        y = self.norm(torch.relu(self.first(x.to(dtype))).float())
        scores = self.last(y.to(dtype))
        return scores, torch.softmax(scores, 1, dtype=torch.float32), scores.argmax(1)

    def example(self, count):
        return [torch.randn(count, 12)]


def trained(network):
    network.train()
    with torch.no_grad():
        for _ in range(5):
            network(*network.example(16))
    return network.eval()


def typed(inputs, dtype):
    return [x.to(dtype) if x.is_floating_point() else x for x in inputs]


@unittest.skipIf(client.has_older_libtorch(), "LibTorch 1.13 has few kernels for half: its jobs begin with float32")
class Types(client.InFolder):
    def make(self, kind, dtype, how):
        torch.manual_seed(0)
        network = trained(kind()).to(dtype).eval()
        inputs = network.example(16)
        client.save_inputs(inputs, self.path("x.npz"))
        path = self.path("net.pt2" if how == "export" else "net.pt")
        if how == "export":
            torch.export.save(client.export(network, typed(inputs, dtype)), path)
        else:
            client.save(network, typed(inputs, dtype), how, path)
        with torch.no_grad():
            expected = network(*typed(inputs, dtype))
        return path, typed(inputs, dtype), list(expected) if isinstance(expected, tuple) else [expected]

    def quantize(self, path, targets):
        done = client.qtool("ptq", path, "--data", "npz:" + self.path("x.npz"), "--target", ",".join(targets), "-o",
                            self.path("out"), "--quiet")
        self.assertEqual(done.returncode, 0, done.stderr)

    def check(self, kind, dtype, how, targets=("libtorch",), least=None):
        path, inputs, expected = self.make(kind, dtype, how)
        self.quantize(path, targets)
        warnings = " ".join(client.report(self.path("out"))["warnings"])
        self.assertIn("computes in", warnings)
        self.assertIn(NAMES[dtype], warnings)
        self.assertNotIn("please report", warnings)
        files = [os.path.join(self.path("out"), FILES[target]) for target in (*targets, "simulation")]
        for file, outputs in zip(files, client.run(files, inputs)):
            self.assertEqual([y.dtype for y in outputs], [y.dtype for y in expected], file)
            floats = [(a.double(), b.double()) for a, b in zip(expected, outputs) if a.is_floating_point()]
            self.assertGreater(client.sqnr_db(*zip(*floats)), least or LEAST_DB[dtype], file)

    def test_convolutions(self):
        self.check(Images, torch.float16, "script", ("libtorch", "libtorch-onednn"))
        self.check(Images, torch.bfloat16, "trace")
        self.check(Images, torch.float64, "export")

    def test_cells_that_take_whole_numbers(self):
        self.check(Words, torch.float16, "trace")
        self.check(Words, torch.float64, "script")

    def test_an_encoder(self):
        self.check(Encoder, torch.float16, "export")
        self.check(Encoder, torch.bfloat16, "script")
        self.check(Encoder, torch.float64, "trace")

    def test_mixtures_with_outputs_of_several_types(self):
        self.check(Mixed, torch.float16, "script")
        self.check(Mixed, torch.bfloat16, "trace")
        self.check(Mixed, torch.float64, "script")

    def test_sizes_and_float_rung_are_those_of_the_file_as_given(self):
        path, inputs, expected = self.make(Images, torch.float16, "trace")
        self.quantize(path, ("libtorch",))
        told = client.report(self.path("out"))
        self.assertEqual(told["size_bytes"]["float"], os.path.getsize(path))
        self.assertEqual(told["accuracy"]["ladder"][0]["name"], "float")
        self.assertGreater(told["accuracy"]["ladder"][1]["sqnr_db"], 45)  # folded: float32
        self.assertLess(told["accuracy"]["ladder"][1]["sqnr_db"], 85)  # the first is not float32


if __name__ == "__main__":
    unittest.main()
