"""LSTM, GRU and RNN: int8 weights, on the grids of what comes where LibTorch has a kernel."""
import json
import os
import unittest

import torch
from torch import nn

from harness import FaultTest, sqnr_db
from tasks_test import GLYPHS, LETTERS, CtcLoss, ExactWords, words


class Sequence(nn.Module):
    """A recurrent network and a linear layer; of batches in the first axis."""

    def __init__(self, kind=nn.LSTM, **keywords):
        super().__init__()
        self.batch_first = keywords.setdefault("batch_first", True)
        self.rnn = kind(12, 20, **keywords)
        features = keywords.get("proj_size") or 20
        self.head = nn.Linear(features * (2 if self.rnn.bidirectional else 1), 5)

    def forward(self, x):
        x = x if self.batch_first else x.transpose(0, 1)
        y = self.head(self.rnn(x)[0])
        return y if self.batch_first else y.transpose(0, 1)


class WithState(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(12, 20, batch_first=True)

    def forward(self, x, h, c):
        y, (h, c) = self.rnn(x, (h.transpose(0, 1).contiguous(), c.transpose(0, 1).contiguous()))
        return y, h.transpose(0, 1), c.transpose(0, 1)


class Packed(nn.Module):
    """Reads its input as a packed sequence."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(12, 20, batch_first=True)

    def forward(self, x):
        lengths = torch.full([x.size(0)], x.size(1), dtype=torch.long)
        packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, True, True)
        return torch.nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], True)[0]


class Stepwise(nn.Module):
    """Layers in a loop over the steps, whose number the input gives."""

    def __init__(self):
        super().__init__()
        self.of_x, self.of_h = nn.Linear(12, 20), nn.Linear(20, 20)

    def forward(self, x):
        h = torch.zeros(x.size(0), 20)
        steps: list[torch.Tensor] = []
        for i in range(x.size(1)):
            h = torch.tanh(self.of_x(x[:, i]) + self.of_h(h))
            steps.append(h)
        return torch.stack(steps, 1)


class Cells(nn.Module):
    """Two cells, one step after the other."""

    def __init__(self, **keywords):
        super().__init__()
        self.first, self.second = nn.LSTMCell(12, 20, **keywords), nn.GRUCell(20, 16, **keywords)
        self.head = nn.Linear(16, 5)

    def forward(self, x):
        h, c, g = torch.zeros(x.size(0), 20), torch.zeros(x.size(0), 20), torch.zeros(x.size(0), 16)
        steps: list[torch.Tensor] = []
        for i in range(x.size(1)):
            h, c = self.first(x[:, i], (h, c))
            g = self.second(h, g)
            steps.append(self.head(g))
        return torch.stack(steps, 1)


class RnnCell(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.RNNCell(12, 20)

    def forward(self, x):
        h = torch.zeros(x.size(0), 20)
        for i in range(x.size(1)):
            h = self.cell(x[:, i], h)
        return h


class Reader(nn.Module):
    """Reads words: convolutions, an LSTM in both directions, a letter for each column."""

    def __init__(self, channels=24, hidden=40, layers=1):
        super().__init__()
        self.eyes = nn.Sequential(
            nn.Conv2d(1, channels, 3, padding=1), nn.BatchNorm2d(channels), nn.ReLU(), nn.MaxPool2d((2, 1)))
        self.rnn = nn.LSTM(channels * (GLYPHS // 2), hidden, layers, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden, LETTERS + 1)

    def forward(self, x):
        return self.head(self.rnn(self.eyes(x).flatten(1, 2).transpose(1, 2))[0])


class Recurrent(FaultTest):
    def sites(self, model, *words):
        return self.qtool("inspect", model, *words).stdout

    def check(self, model, form, kind, *words, least=32, most=0.5):
        """Quantizes the model, and holds the file that PyTorch runs against float and simulation."""
        x = torch.randn(64, 9, 12)
        path = self.script(model) if form == "script" else self.trace(model, x)
        if form == "frozen":
            torch.jit.freeze(torch.jit.script(model.eval())).save(path)
        self.job("ptq", path, self.npz(x=x), "--improve", "none", "--blame-samples", 0, *words)
        with torch.no_grad():
            reference = model(x)
        int8, simulated = (self.run_file(self.path("out/" + name), x)[0]
                           for name in ("model.int8.pt", "model.fakequant.pt"))
        self.assertGreater(sqnr_db(reference, int8), least)
        self.assertGreater(sqnr_db(simulated, int8), 45)
        self.assertLess(os.path.getsize(self.path("out/model.int8.pt")), most * os.path.getsize(path))
        self.assertIn(kind, str(torch.jit.load(self.path("out/model.int8.pt")).graph))

    def test_layers_directions_and_batches_in_any_place(self):
        wide = dict(num_layers=2, bidirectional=True)
        for kind, name, keywords in (
                (nn.LSTM, "aten::quantized_lstm", wide),
                (nn.GRU, "aten::quantized_gru", dict(batch_first=False, **wide)),
                (nn.LSTM, "aten::quantized_lstm", dict(bias=False, batch_first=False)),
                (nn.GRU, "aten::quantized_gru", dict(bias=False))):
            with self.subTest(kind=name, **keywords):
                self.check(Sequence(kind, **keywords), "script", name, most=0.8)
        for form in ("trace", "frozen"):
            with self.subTest(form=form):
                self.check(Sequence(**wide), form, "aten::quantized_lstm")

    def test_modes_and_bits(self):
        wide = dict(num_layers=2, bidirectional=True)
        self.check(Sequence(**wide), "script", "aten::quantized_lstm", "--mode", "dynamic")
        self.check(Sequence(**wide), "script", "aten::lstm", "--mode", "weight-only", least=38)
        self.check(Sequence(**wide), "script", "aten::quantized_lstm", "--weight-bits", 4, least=12, most=0.4)

    def test_what_has_no_kernel_keeps_its_inputs_in_float_and_says_so(self):
        for model, name, reason in (
                (Sequence(nn.RNN), "aten::rnn_tanh", "there is no int8 kernel of aten::rnn_tanh"),
                (Sequence(nn.LSTM, proj_size=8), "aten::lstm", "no int8 kernel has its projections"),
                (Packed(), "aten::lstm", "its sequences are packed")):
            with self.subTest(reason=reason):
                self.check(model, "script", name, least=30, most=1)
                self.assertIn("weight-only: " + reason, self.sites(self.path("model.pt")))
        told = self.sites(self.script(Sequence()), "--target", "libtorch-onednn")
        self.assertIn("weight-only: a target, or training, has none of its grids at run time", told)

    def test_a_state_goes_in_and_out(self):
        model = WithState()
        x, h, c = torch.randn(32, 9, 12), torch.randn(32, 1, 20), torch.randn(32, 1, 20)
        self.job("ptq", self.script(model), self.npz(x=x, h=h, c=c), "--improve", "none", "--blame-samples", 0)
        with torch.no_grad():
            references = model(x, h, c)
        for reference, tensor in zip(references, self.run_file(self.path("out/model.int8.pt"), x, h, c), strict=True):
            self.assertEqual(reference.shape, tensor.shape)
            self.assertGreater(sqnr_db(reference, tensor), 32)

    def test_layers_in_a_loop_are_dynamic(self):
        model = self.script(Stepwise())
        self.assertIn("float: inside an if or a loop", self.sites(model))
        self.check(Stepwise(), "script", "quantized::linear_dynamic", "--mode", "dynamic", most=1)
        self.check(Stepwise(), "script", "prim::Loop", "--mode", "weight-only", least=35, most=1)

    def test_cells_in_a_loop_and_written_out(self):
        for form, mode, kind, least in (
                ("script", "static", "aten::quantized_gru", 30),
                ("script", "dynamic", "aten::quantized_lstm", 30),
                ("script", "weight-only", "aten::lstm_cell", 36),
                ("trace", "static", "aten::quantized_lstm", 28),
                ("trace", "weight-only", "aten::gru_cell", 36),
                ("frozen", "dynamic", "aten::quantized_lstm", 30)):
            with self.subTest(form=form, mode=mode):
                self.check(Cells(), form, kind, "--mode", mode, least=least, most=0.95)
        self.check(Cells(bias=False), "script", "aten::quantized_gru", "--mode", "dynamic", "--weight-bits", 5,
                   least=18, most=0.95)
        self.check(RnnCell(), "script", "aten::rnn_tanh_cell", least=30, most=1)
        self.assertIn("weight-only: there is no int8 kernel of aten::rnn_tanh_cell",
                      self.sites(self.path("model.pt")))

    def test_what_onnx_has_no_form_of_is_said_at_once(self):
        for model, refusal in ((Sequence(nn.LSTM, proj_size=8), "ONNX has no form of aten::lstm: it has projections"),
                               (Packed(), "ONNX has no form of aten::_pack_padded_sequence")):
            with self.subTest(refusal=refusal):
                done = self.qtool("ptq", self.script(model), "--data", "random:9x12", "--target", "openvino", "-o",
                                  self.path("out"), code=3)
                self.assertIn(refusal, done.stderr)

    def test_a_reader_of_words_stays_within_half_a_point(self):
        pictures, letters, lengths = words(1600)
        data = self.npz(x=pictures, targets=letters, target_lengths=lengths)
        torch.jit.script(CtcLoss()).save(self.path("ctc.pt"))
        torch.jit.script(ExactWords()).save(self.path("words.pt"))
        metric = ["--metric", self.path("words.pt"), "--threads", 1]
        self.qtool("train", self.script(Reader()), "--data", data, "--epochs", 14, "--batch-size", 32, "--optimizer",
                   "adamw", "--learning-rate", 0.005, "--loss", self.path("ctc.pt"), *metric, "-o", self.path("float"))
        model = self.path("float/model.pt")
        report, _ = self.job("ptq", model, data, *metric, "--improve", "none", "--blame-samples", 0)
        rungs = {rung["name"]: rung["values"]["words"] for rung in report["accuracy"]["ladder"]}
        self.assertGreater(rungs["float"], 90)
        self.assertGreater(rungs["int8"], rungs["float"] - 0.5)
        trained, _ = self.job("qat", model, data, *metric, "--loss", self.path("ctc.pt"), "--epochs", 1,
                              "--blame-samples", 0, out="qat")
        self.assertGreater(trained["accuracy"]["ladder"][-1]["values"]["words"], rungs["float"] - 2)
        self.assertIn("weight-only", json.dumps(trained))


if __name__ == "__main__":
    unittest.main()
