"""Tasks that are no classification, from training in float to int8, with losses and metrics of the user's."""
import json
import unittest

import numpy
import torch
import torch.nn.functional as F
from torch import nn

from harness import FaultTest
from pictures import write_png

GLYPHS, WIDTH, LETTERS, MOST = 6, 5, 6, 4  # rows, columns; 0 is CTC's blank


class CtcLoss(nn.Module):
    """Of outputs [N, T, letters] and targets: words [N, letters], padded with 0, and their lengths [N]."""

    def forward(self, outputs, targets: list[torch.Tensor]):
        log_p = F.log_softmax(outputs, 2).transpose(0, 1)
        times = torch.full([outputs.size(0)], outputs.size(1), dtype=torch.long)
        return F.ctc_loss(log_p, targets[0], times, targets[1], zero_infinity=True)


class ExactWords(nn.Module):
    def __init__(self):
        super().__init__()
        self.higher_is_better = True
        self.unit = "%"
        self.title = "exact words"

    def forward(self, outputs, targets: list[torch.Tensor]):
        best = outputs.argmax(2)
        right = torch.zeros(best.size(0))
        for i in range(best.size(0)):
            row = best[i]
            first = torch.ones_like(row, dtype=torch.bool)
            first[1:] = row[1:] != row[:-1]
            word = row[torch.logical_and(first, row != 0)]
            expected = targets[0][i, : int(targets[1][i])]
            if word.numel() == expected.numel() and bool((word == expected).all()):
                right[i] = 100.0
        return right


def recogniser():
    return nn.Sequential(
        nn.Conv2d(1, 24, 3, padding=1), nn.BatchNorm2d(24), nn.ReLU(), nn.MaxPool2d((2, 1)),
        nn.Conv2d(24, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(),
        nn.Conv2d(32, 32, (3, 3), padding=(0, 1)), nn.ReLU(), nn.Flatten(1, 2), nn.Conv1d(32, LETTERS + 1, 1),
        Transposed())


class Transposed(nn.Module):
    def forward(self, x):
        return x.transpose(1, 2)


def words(count):
    """Pictures of words in an alphabet of random glyphs, their letters and lengths."""
    alphabet = (torch.rand(LETTERS + 1, GLYPHS, WIDTH) < 0.5).float()
    alphabet[0] = 0
    letters = torch.randint(1, LETTERS + 1, (count, MOST))
    lengths = torch.randint(2, MOST + 1, (count,))
    letters[torch.arange(MOST)[None] >= lengths[:, None]] = 0
    pictures = alphabet[letters].permute(0, 2, 1, 3).reshape(count, 1, GLYPHS, MOST * WIDTH)
    return pictures + 0.3 * torch.randn_like(pictures), letters, lengths


class Tasks(FaultTest):
    def save(self, module, name):
        torch.jit.script(module).save(self.path(name))
        return self.path(name)

    def curve(self, out):
        return json.loads((self.folder / out / "history.json").read_text())

    def test_a_text_recogniser_learns_by_ctc_and_is_judged_by_exact_words(self):
        pictures, letters, lengths = words(1600)
        data = self.npz(x=pictures, targets=letters, target_lengths=lengths)
        own = ["--loss", self.save(CtcLoss(), "ctc.pt"), "--metric", self.save(ExactWords(), "words.pt")]
        self.qtool("train", self.script(recogniser()), "--data", data, "--epochs", 10, "--batch-size", 32,
                   "--optimizer", "adamw", *own, "-o", self.path("float"))
        model = self.path("float/model.pt")
        metric = own[2:]
        report, _ = self.job("ptq", model, data, *metric, "--weight-bits", 2, "--improve", "none")
        rungs = {rung["name"]: rung["values"]["words"] for rung in report["accuracy"]["ladder"]}
        self.assertGreater(rungs["float"], 90)
        self.assertLess(rungs["int8"], rungs["float"] - 5)
        trained, _ = self.job("qat", model, data, *own, "--weight-bits", 2, "--epochs", 3, "--batch-size", 32,
                              out="qat")
        self.assertEqual(trained["training"]["metric"]["title"], "exact words")
        after = {rung["name"]: rung["values"]["words"] for rung in trained["accuracy"]["ladder"]}
        self.assertGreater(after["int8"], rungs["int8"] + 4)
        # Without the metric of theirs epochs are scored by the loss, and lower is better.
        self.job("qat", model, data, *own[:2], "--epochs", 1, out="loss")
        self.assertEqual(self.curve("loss")["metric"]["name"], "loss")
        self.assertEqual(self.curve("loss")["metric"]["better"], "lower")

    def test_a_segmenter_learns_by_its_maps(self):
        x = torch.rand(512, 3, 12, 12)
        maps = x.argmax(1)
        maps[:, 0] = 255
        net = nn.Sequential(nn.Conv2d(3, 16, 1), nn.ReLU(), nn.Conv2d(16, 3, 1))
        data = self.npz(x=x, targets=maps.to(torch.uint8))
        self.qtool("train", self.script(net), "--data", data, "--epochs", 4, "--batch-size", 16, "--optimizer", "adamw",
                   "--learning-rate", 0.02, "-o", self.path("float"))
        self.assertEqual(self.curve("float")["metric"]["name"], "miou")
        report, _ = self.job("qat", self.path("float/model.pt"), data, "--epochs", 2, "--weight-bits", 3,
                             "--batch-size", 16)
        self.assertEqual([m["name"] for m in report["accuracy"]["metrics"]], ["miou"])
        self.assertGreater(report["accuracy"]["ladder"][0]["values"]["miou"], 70)
        self.assertEqual(report["training"]["metric"]["name"], "miou")

    def test_pictures_with_masks_are_turned_with_them(self):
        """Each pixel's class is where it lies, left or right, so that a mask that is not mirrored would be wrong."""
        for i in range(64):
            pixels = torch.randint(0, 100, (10, 8, 3), dtype=torch.uint8).numpy()
            pixels[:, :4, 0] += 150
            write_png(self.folder / "pictures" / f"{i}.png", pixels)
            mask = numpy.zeros((10, 8, 1), numpy.uint8)
            mask[:, 4:] = 1
            write_png(self.folder / "masks" / f"{i}.png", mask)

        class Bright(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 2, 1)
                with torch.no_grad():
                    self.conv.weight.zero_()
                    self.conv.weight[0, 0], self.conv.weight[1, 0] = 20, -20
                    self.conv.bias.copy_(torch.tensor([-10.0, 10.0]))

            def forward(self, x):
                return self.conv(x)

        data = f"images:{self.path('pictures')},masks=../masks,resize=8,crop=8"
        report, _ = self.job("qat", self.script(Bright()), data, "--epochs", 1, "--batch-size", 16, "--flip",
                             "--shift-crop", 1)
        self.assertEqual(report["accuracy"]["ladder"][0]["values"], {"miou": 100})
        self.assertLess(self.curve("out")["epochs"][0]["loss"], 0.1)

    def test_a_regression_learns_by_its_numbers(self):
        x = torch.randn(512, 4)
        y = x[:, 0] * x[:, 1] + x[:, 2]
        net = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1))
        data = self.npz(x=x, targets=y)
        self.qtool("train", self.script(net), "--data", data, "--epochs", 20, "--batch-size", 32, "--optimizer",
                   "adamw", "-o", self.path("float"))
        scores = [epoch["validation_score"] for epoch in self.curve("float")["epochs"]]
        self.assertLess(scores[-1], scores[0] / 2)
        report, _ = self.job("qat", self.path("float/model.pt"), data, "--epochs", 2, "--loss", "mse")
        self.assertEqual(report["training"]["metric"]["name"], "mse")

    def test_outputs_of_a_detector_learn_by_a_loss_of_their_own(self):
        class Detector(nn.Module):
            def __init__(self):
                super().__init__()
                self.body = nn.Conv2d(1, 8, 3, padding=1)
                self.boxes, self.scores = nn.Conv2d(8, 4, 1), nn.Conv2d(8, 2, 1)

            def forward(self, x):
                x = torch.relu(self.body(x))
                return {"boxes": self.boxes(x), "scores": self.scores(x)}

        class DetectorLoss(nn.Module):
            def forward(self, outputs: list[torch.Tensor], targets: list[torch.Tensor]):
                boxes = F.smooth_l1_loss(outputs[0], targets[0])
                return boxes + F.cross_entropy(outputs[1], targets[1])

        x = torch.rand(64, 1, 6, 6)
        data = self.npz(x=x, target_boxes=torch.rand(64, 4, 6, 6), target_classes=(x[:, 0] > 0.5).long())
        loss = self.save(DetectorLoss(), "detector_loss.pt")
        report, _ = self.job("qat", self.script(Detector()), data, "--loss", loss, "--epochs", 3, "--batch-size", 8)
        losses = [epoch["loss"] for epoch in self.curve("out")["epochs"]]
        self.assertLess(losses[-1], losses[0])
        self.assertEqual(len(report["accuracy"]["ladder"][-1]["outputs"]), 2)

    def test_what_is_wrong_with_a_loss_is_told(self):
        class Constant(nn.Module):
            def forward(self, outputs, targets):
                return (outputs.argmax(1) == targets).float().mean()

        class Rows(nn.Module):
            def forward(self, outputs, targets):
                return outputs.sum(1)

        class Raising(nn.Module):
            def forward(self, outputs, targets):
                if outputs.size(1) != 7:
                    raise ValueError("seven classes, please")
                return outputs.sum()

        model = self.script(nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3)))
        data = self.npz(x=torch.randn(64, 6), labels=torch.randint(3, (64,)))
        for name, module, texts in [
                ("constant", Constant(), ["does not depend on the model's outputs"]),
                ("rows", Rows(), ["gives no number", "CPUFloatType["]),
                ("raising", Raising(), ["forward() fails", "seven classes, please"])]:
            with self.subTest(name):
                _, done = self.job("qat", model, data, "--loss", self.save(module, name + ".pt"), code=2, out=name)
                for text in [name + ".pt", *texts]:
                    self.assertIn(text, done.stderr)
        _, done = self.job("qat", model, self.npz("plain.npz", x=torch.randn(64, 6)), "--loss", "mse", code=2)
        self.assertIn("training needs", done.stderr)


if __name__ == "__main__":
    unittest.main()
