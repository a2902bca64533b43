"""State that a model keeps in attributes: read and written by forward(), float, kept by each file."""
import json
import os
import unittest

import torch
from torch import nn

from harness import FaultTest, sqnr_db


class Listener(nn.Module):
    """Of the kind of Silero VAD: hears one chunk of a sound after the other, and keeps in attributes what it heard."""

    _state: torch.Tensor
    _context: torch.Tensor

    def __init__(self):
        super().__init__()
        self._rate, self._batch = 0, 0
        self._state, self._context = torch.zeros(0), torch.zeros(0)
        self.ear = nn.Sequential(nn.Conv1d(1, 32, 8, 4), nn.ReLU(), nn.Conv1d(32, 64, 4, 2), nn.ReLU())
        self.memory = nn.LSTMCell(64, 48)
        self.head = nn.Linear(48, 2)

    def forward(self, x, rate: int):
        if self._batch != x.size(0) or self._rate != rate:
            self.reset_states()
        if self._state.size(0) == 0:
            self._state, self._context = torch.zeros(2, x.size(0), 48), torch.zeros(x.size(0), 16)
        x = torch.cat([self._context, x], 1)
        heard = self.ear(x.unsqueeze(1) if rate == 16000 else x[:, ::2].unsqueeze(1)).mean(2)
        h, c = self.memory(heard, (self._state[0], self._state[1]))
        self._state, self._context = torch.stack([h, c]), x[:, -16:]
        self._rate, self._batch = rate, x.size(0)
        return self.head(h)

    @torch.jit.export
    def reset_states(self):
        self._state, self._context = torch.zeros(0), torch.zeros(0)
        self._rate, self._batch = 0, 0


class Smoother(nn.Module):
    """State in a part of the model, without any ifs."""

    def __init__(self):
        super().__init__()
        self.into = nn.Linear(12, 24)
        self.cell = Kept()
        self.head = nn.Linear(24, 5)

    def forward(self, x):
        return self.head(self.cell(torch.relu(self.into(x))))


class Kept(nn.Module):
    h: torch.Tensor

    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(24, 24)
        self.register_buffer("h", torch.zeros(1, 24))

    def forward(self, x):
        self.h = self.cell(x, self.h.expand(x.size(0), 24))
        return self.h


class State(FaultTest):
    def steps(self, model, chunks, *more):
        """What a model answers to one chunk after the other."""
        with torch.no_grad():
            return torch.stack([model(chunk, *more) for chunk in chunks])

    def check(self, model, x, *more, least, data, words=()):
        """Quantizes the model; each written file must go on from chunk to chunk as the float one."""
        path = self.script(model)
        report, _ = self.job("ptq", path, data, "--improve", "none", "--blame-samples", 0, *words)
        fresh = torch.jit.load(path)
        chunks = x.reshape(-1, 4, x.size(1))
        reference = self.steps(fresh, chunks, *more)
        answers = []
        for name in ("model.int8.pt", "model.fakequant.pt"):
            written = torch.jit.load(self.path("out/" + name))
            answers.append(self.steps(written, chunks, *more))
            self.assertGreater(sqnr_db(reference, answers[-1]), least)
            # Goes on where it was, and a file that is loaded again begins anew.
            again = self.steps(written, chunks[:1], *more)
            self.assertFalse(torch.equal(again[0], answers[-1][0]))
            anew = torch.jit.load(self.path("out/" + name))
            self.assertTrue(torch.equal(self.steps(anew, chunks[:1], *more)[0], answers[-1][0]))
        self.assertGreater(sqnr_db(answers[1], answers[0]), 40)
        self.assertIn("forward() keeps state in", json.dumps(report["warnings"]))
        return report, written, path

    def test_a_listener_keeps_what_it_heard_in_every_mode(self):
        x = torch.randn(64, 64)
        data = self.npz(x=x) + ",batch=4,set=rate:16000"
        for mode, least, most in (("static", 28, 0.8), ("dynamic", 28, 0.8), ("weight-only", 32, 0.8)):
            with self.subTest(mode=mode):
                report, written, path = self.check(Listener(), x, 16000, least=least, data=data,
                                                   words=["--mode", mode])
                self.assertLess(os.path.getsize(self.path("out/model.int8.pt")), most * os.path.getsize(path))
                rungs = report["accuracy"]["ladder"]
                self.assertEqual([rung["name"] for rung in rungs], ["float", "folded", "simulated", "int8"])
                # Attributes and methods are those of the float file.
                self.assertEqual(written._batch, 4)
                self.assertEqual(written._rate, 16000)
                written.reset_states()
                self.assertEqual(written._batch, 0)
                self.assertEqual(written._state.numel(), 0)

    def test_the_other_rate_and_another_batch_work_as_before(self):
        x = torch.randn(64, 64)
        path = self.script(Listener())
        self.job("ptq", path, self.npz(x=x) + ",batch=4,set=rate:16000", "--mode", "dynamic", "--no-report")
        original, written = torch.jit.load(path), torch.jit.load(self.path("out/model.int8.pt"))
        for rate, batch in ((16000, 4), (8000, 4), (8000, 2), (16000, 1)):
            with torch.no_grad():
                self.assertGreater(sqnr_db(original(x[:batch], rate), written(x[:batch], rate)), 25)

    def test_state_of_a_part_is_calibrated_on_all_that_it_becomes(self):
        x = torch.randn(64, 12)
        report, written, _ = self.check(Smoother(), x, least=26, data=self.npz(x=x) + ",batch=4")
        self.assertEqual(tuple(written.cell.h.shape), (4, 24))
        told = self.qtool("inspect", self.path("model.pt")).stderr
        self.assertIn("forward() keeps state in cell.h", told)

    def test_what_cannot_be_is_said_by_name(self):
        data = self.npz(x=torch.randn(64, 64))
        path = self.script(Listener())
        done = self.qtool("ptq", path, "--data", data, "-o", self.path("out"), code=2)
        self.assertIn("rate", done.stderr)
        done = self.qtool("ptq", path, "--data", data + ",set=speed:1", "-o", self.path("out"), code=2)
        self.assertIn("one of x, rate", done.stderr)
        smoother = self.script(Smoother(), "smoother.pt")
        done = self.qtool("ptq", smoother, "--data", "random:12", "--target", "openvino", "-o", self.path("out"),
                          code=3)
        self.assertIn("cell.h: ONNX has no state", done.stderr)


if __name__ == "__main__":
    unittest.main()
