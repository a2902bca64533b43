"""Metrics for any task: what is computed, told and gated for models that are no classifiers."""
import json
import unittest
from typing import List

import numpy
import torch
from torch import nn

from harness import FaultTest


def segmenter():
    return nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 4, 1))


def regression():
    return nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1))


class Words(nn.Module):
    """A value for each sample: whether all tokens are right."""

    def __init__(self):
        super().__init__()
        self.higher_is_better = True
        self.unit = "%"
        self.title = "exact words"

    def forward(self, outputs, targets):
        return (outputs.argmax(-1) == targets).all(1).float() * 100


class Correlation(nn.Module):
    """Pearson's, over all samples: no sample has a value."""

    def __init__(self):
        super().__init__()
        self.higher_is_better = True
        self.sums = torch.zeros(6, dtype=torch.float64)

    def forward(self, x):
        return x

    @torch.jit.export
    def update(self, outputs: List[torch.Tensor], targets: List[torch.Tensor]):
        x, y = outputs[0].flatten().double(), targets[0].flatten().double()
        self.sums += torch.stack([torch.ones_like(x).sum(), x.sum(), y.sum(), (x * x).sum(), (y * y).sum(),
                                  (x * y).sum()])

    @torch.jit.export
    def compute(self):
        n, x, y, xx, yy, xy = self.sums.unbind()
        return float((n * xy - x * y) / ((n * xx - x * x) * (n * yy - y * y)).sqrt())


class Changed(nn.Module):
    """Words with attributes that are wrong."""

    def __init__(self, **attributes):
        super().__init__()
        for name, value in attributes.items():
            setattr(self, name, value)

    def forward(self, outputs, targets):
        return outputs.sum()


class Writer(nn.Module):
    def __init__(self):
        super().__init__()
        self.higher_is_better = True

    def forward(self, outputs, targets):
        torch.save(outputs, "/tmp/nothing")
        return outputs.sum(1)


class OwnMetrics(FaultTest):
    def save(self, module, name):
        torch.jit.script(module).save(self.path(name))
        return self.path(name)

    def reader(self):
        """A model of three tokens, and data of which it gets a quarter wrong."""
        model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 12), nn.Unflatten(1, (3, 4)))
        x = torch.randn(64, 8)
        with torch.no_grad():
            tokens = model(x).argmax(-1)
        tokens[:16, 2] = (tokens[:16, 2] + 1) % 4
        return self.script(model), self.npz(x=x, targets=tokens)

    def test_a_value_for_each_sample(self):
        model, data = self.reader()
        metric = self.save(Words(), "words.pt")
        report, done = self.job("ptq", model, data, "--metric", metric, "--max-drop", 30)
        accuracy = report["accuracy"]
        self.assertEqual([(m["name"], m["title"], m["unit"], m["better"]) for m in accuracy["metrics"]],
                         [("words", "exact words", "%", "higher")])
        self.assertEqual(accuracy["ladder"][0]["values"]["words"], 75)
        self.assertLess(accuracy["drop"]["low"], accuracy["drop"]["high"])
        self.assertTrue(report["gates"][0]["passed"])
        self.assertIn("exact words", done.stdout)
        done = self.qtool("eval", model, "--data", data, "--metric", metric)
        self.assertIn("75.00 %", done.stdout)
        self.qtool("compare", self.path("out/report.json"), self.path("out/report.json"), "--max-accuracy-loss", 0)

    def test_a_state_that_is_computed_at_the_end(self):
        model, x = regression(), torch.randn(300, 6)
        with torch.no_grad():
            y = (model(x)[:, 0] + 0.1 * torch.randn(300)).float()
            expected = float(numpy.corrcoef(model(x)[:, 0].double(), y.double())[0, 1])
        model, data = self.script(model), self.npz(x=x, targets=y)
        metric = self.save(Correlation(), "my correlation.pt")
        reports = [self.job("ptq", model, data, "--metric", metric, out=out)[0] for out in ["out", "again"]]
        accuracy = reports[0]["accuracy"]
        self.assertEqual([m["name"] for m in accuracy["metrics"]], ["my_correlation", "mse", "mae"])
        self.assertAlmostEqual(accuracy["ladder"][0]["values"]["my_correlation"], expected, 6)
        self.assertLess(accuracy["drop"]["low"], accuracy["drop"]["high"])
        self.assertEqual(accuracy, reports[1]["accuracy"])

    def test_training_is_scored_by_it(self):
        model, data = self.reader()
        metric = self.save(Words(), "words.pt")
        report, _ = self.job("qat", model, data, "--metric", metric, "--epochs", 2, "--validation", 0.25,
                             "--weight-bits", 4)
        self.assertEqual(report["training"]["metric"]["name"], "words")
        history = json.loads((self.folder / "out" / "history.json").read_text())
        self.assertEqual(history["metric"], {"name": "words", "unit": "%", "better": "higher"})
        self.job("train", model, data, "--metric", metric, "--epochs", 1, "--loss", "cross_entropy", out="trained")
        history = json.loads((self.folder / "trained" / "history.json").read_text())
        self.assertEqual(history["metric"]["name"], "words")

    def test_what_is_wrong_with_a_file_is_told(self):
        model, data = self.reader()
        for name, module, texts in [
                ("direction", Changed(), ["does not say which way is better", "higher_is_better"]),
                ("type", Changed(higher_is_better=1), ["'higher_is_better' is of another type", "Int"]),
                ("unit", Changed(higher_is_better=True, unit=3), ["'unit' is of another type"]),
                ("shape", Changed(higher_is_better=True), ["no value for each sample", "[64]", "CPUFloatType[]"]),
                ("arguments", nn.ReLU(), ["takes other arguments", "forward(Tensor input)",
                                          "forward(self, outputs, targets)"]),
                ("writer", Writer(), ["calls what it must not", "aten::save"])]:
            with self.subTest(name):
                metric = self.save(module, name + ".pt")
                _, done = self.job("ptq", model, data, "--metric", metric, code=2, out=name)
                for text in [metric, *texts]:
                    self.assertIn(text, done.stderr)

    def test_a_value_that_is_no_number_is_told(self):
        model, data = self.reader()

        class Nan(Words):
            def forward(self, outputs, targets):
                return outputs.sum((1, 2)) * float("nan")

        report, done = self.job("ptq", model, data, "--metric", self.save(Nan(), "nan.pt"))
        self.assertIn("gave nan for sample 0", "\n".join(report["warnings"]))


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
        _, done = self.job("ptq", model, data, "--min-accuracy", 0.1, out="gated", code=1)
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
