"""Metrics for any task: what is computed, told and gated for models that are no classifiers."""
import unittest

import numpy
import torch
from torch import nn

from harness import FaultTest


def segmenter():
    return nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 4, 1))


def regression():
    return nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1))


class BuiltInMetrics(FaultTest):
    def test_a_segmenter_has_its_mean_iou(self):
        model, x = segmenter(), torch.randn(48, 3, 8, 8)
        with torch.no_grad():
            maps = model(x).argmax(1)
        truth = torch.where(torch.rand(maps.shape) < 0.8, maps, torch.full_like(maps, 255)).to(torch.uint8)
        report, done = self.job("ptq", self.script(model), self.npz(x=x, targets=truth), "--max-drop", 50)
        self.assertEqual([metric["name"] for metric in report["accuracy"]["metrics"]], ["miou"])
        self.assertEqual(report["accuracy"]["ladder"][0]["values"]["miou"], 100)
        drop = report["accuracy"]["drop"]
        self.assertGreater(drop["high"], drop["low"])
        self.assertIn("mean IoU", done.stdout)
        self.assertEqual(report["gates"][0]["passed"], True)

    def test_a_regression_has_its_errors_and_lower_is_better(self):
        model, x = regression(), torch.randn(256, 6)
        with torch.no_grad():
            y = model(x)[:, 0] + 0.5
        model, data = self.script(model), self.npz(x=x, targets=y)
        report, _ = self.job("ptq", model, data, "--max-drop", 0.5)
        float_rung = report["accuracy"]["ladder"][0]["values"]
        self.assertAlmostEqual(float_rung["mse"], 0.25, 5)
        self.assertAlmostEqual(float_rung["mae"], 0.5, 5)
        self.assertAlmostEqual(report["accuracy"]["drop"]["value"],
                               report["accuracy"]["ladder"][-1]["values"]["mse"] - float_rung["mse"], 9)
        done = self.qtool("eval", self.path("out/model.int8.pt"), "--data", data, "--metric", "psnr")
        self.assertRegex(done.stdout, r"PSNR(?s:.*) [0-9.]+ dB")
        _, done = self.job("ptq", model, data, "--max-drop", -0.4, "--strict-gates", out="gated", code=1)
        self.assertIn("mean squared error", done.stdout + done.stderr)

    def test_sequences_are_matched_whole(self):
        model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 12), nn.Unflatten(1, (3, 4)))
        x = torch.randn(64, 8)
        with torch.no_grad():
            tokens = model(x).argmax(-1)
        tokens[:16, 2] = (tokens[:16, 2] + 1) % 4
        data = self.npz(x=x, targets=tokens)
        report, _ = self.job("ptq", self.script(model), data, "--metric", "exact")
        self.assertEqual(report["accuracy"]["ladder"][0]["values"], {"exact": 75})
        report, _ = self.job("ptq", self.script(model), data, "--metric", "perplexity", out="perplexity")
        with torch.no_grad():
            expected = nn.functional.cross_entropy(model(x).flatten(0, 1), tokens.flatten()).exp().item()
        self.assertAlmostEqual(report["accuracy"]["ladder"][0]["values"]["perplexity"], expected, 4)

    def test_macro_f1_of_labels(self):
        model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3))
        x, labels = torch.randn(90, 6), torch.randint(3, (90,))
        with torch.no_grad():
            predicted = model(x).argmax(1)
        scores = []
        for label in range(3):
            right = int(((predicted == label) & (labels == label)).sum())
            scores.append(2 * right / int((predicted == label).sum() + (labels == label).sum()))
        report, _ = self.job("ptq", self.script(model), self.npz(x=x, labels=labels), "--metric", "f1")
        values = report["accuracy"]["ladder"][0]["values"]
        self.assertAlmostEqual(values["f1"], 100 * numpy.mean(scores), 6)
        self.assertIn("top1", values)

    def test_a_metric_that_does_not_fit_says_what_it_wants(self):
        data = self.npz(x=torch.randn(32, 3, 8, 8), targets=torch.zeros(32, 4, 4, dtype=torch.int64))
        _, done = self.job("ptq", self.script(segmenter()), data, "--metric", "miou", code=2)
        for text in ["'miou' does not apply", "[32, 4, 8, 8]", "[32, 4, 4]", "[samples, classes, ...]"]:
            self.assertIn(text, done.stderr)


if __name__ == "__main__":
    unittest.main()
