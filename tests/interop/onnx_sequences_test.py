"""ONNX files of networks over sequences: recurrent ones, attention, and lengths that the data did not have."""
import os
import unittest

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import client
import onnx_files

if not onnx_files.missing:
    import onnx

TARGETS = ("onnxruntime", "openvino", "tensorrt")
STEPS, FEATURES = 6, 8
SHAPES = ((5, STEPS), (1, STEPS), (3, 11), (2, 2))  # batches and steps; calibration has seen the first steps alone


class Sequence(nn.Module):
    def __init__(self, kind, **keywords):
        super().__init__()
        self.rnn = kind(FEATURES, 16, batch_first=True, **keywords)
        self.head = nn.Linear(32 if self.rnn.bidirectional else 16, 3)

    def forward(self, x):
        return self.head(self.rnn(x)[0])


class WithState(nn.Module):
    """Takes and gives the state, of two layers, after the batch."""

    def __init__(self):
        super().__init__()
        self.rnn, self.head = nn.LSTM(FEATURES, 16, 2), nn.Linear(16, 3)

    def forward(self, x, h, c):
        h, c = h.transpose(0, 1).contiguous(), c.transpose(0, 1).contiguous()
        y, (h, c) = self.rnn(x.transpose(0, 1), (h, c))
        return self.head(y).transpose(0, 1), h.transpose(0, 1), c.transpose(0, 1)


class Reader(nn.Module):
    """Words with places, a mask of those that count, attention in two heads."""

    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(30, 16), nn.Embedding(20, 16)
        self.inner, self.outer, self.head = nn.Linear(16, 48), nn.Linear(16, 16), nn.Linear(16, 4)

    def forward(self, words, counts):
        x = self.words(words) + self.places(torch.arange(words.size(1), device=words.device))
        parts = self.inner(x).view(x.size(0), x.size(1), 3, 2, 8).permute(2, 0, 3, 1, 4)
        mask = (counts > 0)[:, None, None, :]
        seen = F.scaled_dot_product_attention(parts[0], parts[1], parts[2], attn_mask=mask)
        return self.head(self.outer(seen.transpose(1, 2).flatten(2)))


RECURRENT = {"lstm": lambda: Sequence(nn.LSTM, num_layers=2, bidirectional=True),
             "gru": lambda: Sequence(nn.GRU, num_layers=2, bias=False),
             "rnn": lambda: Sequence(nn.RNN, nonlinearity="relu", bidirectional=True),
             "with_state": WithState}


def inputs_of(name, batch, steps):
    generator = torch.Generator().manual_seed(batch * 100 + steps)
    if name == "reader":
        counts = torch.ones(batch, steps, dtype=torch.long)
        counts[0] = 0  # the first hides all
        return [torch.randint(30, (batch, steps), generator=generator), counts]
    x = torch.randn(batch, steps, FEATURES, generator=generator)
    states = [torch.randn(batch, 2, 16, generator=generator) for _ in range(2)]
    return [x, *states] if name == "with_state" else [x]


class OfSequences(onnx_files.InFolder):
    def write(self, name, network, how="script", **dynamic):
        """The folder with the files, for calibration on sixteen samples of STEPS."""
        inputs = inputs_of(name, 16, STEPS)
        path = self.path(f"{name}.{how}")
        if how == "pt2":
            path += ".pt2"
            torch.export.save(torch.export.export(network, tuple(inputs), **dynamic), path)
        else:
            client.save(network, inputs, how, path)
        client.save_inputs(inputs, self.path("x.npz"))
        self.done("ptq", path, "--data", "npz:" + self.path("x.npz"), "--target", ",".join(TARGETS), "--float-onnx",
                  "--blame-samples", "0", "-o", path + ".out", "--quiet")
        return path + ".out"

    def check(self, name, network, out, shapes=SHAPES):
        simulated = os.path.join(out, "model.fakequant.pt")
        for target in ("float", *TARGETS):
            path = os.path.join(out, f"model.{target}.onnx")
            onnx.checker.check_model(path, full_check=True)
            for batch, steps in shapes:
                inputs = inputs_of(name, batch, steps)
                with torch.no_grad():
                    expected = network(*inputs) if target == "float" else client.run([simulated], inputs)[0]
                expected = [y.numpy() for y in (expected if isinstance(expected, (tuple, list)) else [expected])]
                arrays = [x.numpy() for x in inputs]
                answers = {"ONNX Runtime": onnx_files.run_onnxruntime(path, arrays, target == "tensorrt")}
                if not onnx_files.openvino_missing():
                    answers["OpenVINO"] = onnx_files.run_openvino(path, arrays)
                for runtime, answer in answers.items():
                    for got, wanted in zip(answer, expected):
                        self.assertEqual(got.shape, wanted.shape)
                        bound = 1e-5 if target == "float" else 0.03 * np.abs(wanted).max()
                        self.assertLessEqual(np.abs(got - wanted).max(), bound,
                                             f"{name} for {target} in {runtime}, {batch} of {steps} steps")

    def axes(self, out, target="onnxruntime"):
        graph = onnx.load(os.path.join(out, f"model.{target}.onnx")).graph
        return [[size.dim_param or size.dim_value for size in value.type.tensor_type.shape.dim]
                for value in (*graph.input, *graph.output)]

    def test_recurrent_networks_at_other_batches_and_lengths(self):
        for name, make in RECURRENT.items():
            with self.subTest(name=name):
                torch.manual_seed(0)
                network = make().eval()
                out = self.write(name, network)
                self.check(name, network, out)
                self.assertEqual(self.axes(out)[0], ["batch", "sequence", FEATURES])

    def test_weights_are_int8_and_those_of_other_files(self):
        torch.manual_seed(0)
        network = RECURRENT["lstm"]().eval()
        out = self.write("lstm", network)
        values = {tensor.name: onnx.numpy_helper.to_array(tensor)
                  for tensor in onnx.load(os.path.join(out, "model.openvino.onnx")).graph.initializer}
        for role in ("ih_l0", "hh_l1_reverse"):
            weight = getattr(network.rnn, "weight_" + role).detach().numpy()
            integers, scale = (values[f"rnn/lstm.weight_{role}:weight/{part}"] for part in ("quantized", "scale"))
            self.assertEqual(integers.dtype, np.int8)
            np.testing.assert_allclose(integers * scale[:, None], weight, atol=scale.max() * 0.51)

    @unittest.skipIf(client.has_older_libtorch(), "needs LibTorch 2")
    def test_attention_at_other_lengths_and_where_a_mask_hides_all(self):
        torch.manual_seed(0)
        network = Reader().eval()
        for how in ("script", "trace"):
            with self.subTest(how=how):
                out = self.write("reader", network, how)
                self.check("reader", network, out)
                self.assertEqual(self.axes(out)[0], ["batch", "sequence"])

    @unittest.skipIf(client.has_older_libtorch(), "needs LibTorch 2")
    def test_a_program_says_which_lengths_are_free(self):
        torch.manual_seed(0)
        network = Reader().eval()
        batch, steps = torch.export.Dim("batch"), torch.export.Dim("steps", max=20)
        out = self.write("reader", network, "pt2", dynamic_shapes=({0: batch, 1: steps},) * 2)
        self.assertEqual(self.axes(out)[0], ["batch", "sequence"])
        self.check("reader", network, out)
        fixed = self.write("reader", network, "pt2", dynamic_shapes=({0: batch},) * 2)
        self.assertEqual(self.axes(fixed)[0], ["batch", STEPS])


if __name__ == "__main__":
    unittest.main()
