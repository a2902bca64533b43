"""What is measured is what the models compute, each for itself, and is told as what it is."""
import json
import unittest

import torch
from torch import nn

from harness import FaultTest


class Classifier(nn.Module):
    """Scales pixels, in its input's own memory where asked to, as many models do."""

    def __init__(self, in_place):
        super().__init__()
        self.in_place = in_place
        self.conv = nn.Conv2d(3, 16, 3)
        self.head = nn.Linear(16, 4)

    def forward(self, x):
        if self.in_place:
            x /= 255
        else:
            x = x / 255
        return self.head(torch.relu(self.conv(x)).amax((2, 3)))


class RunsAreApart(FaultTest):
    def pair(self):
        """Two models that compute the same, one in its input's memory; and data with its answers."""
        plain = Classifier(False).eval()
        with torch.no_grad():
            plain.head.weight.mul_(20)
        changing = Classifier(True).eval()
        changing.load_state_dict(plain.state_dict())
        x = torch.rand(200, 3, 8, 8) * 255
        labels = plain(x).argmax(1)
        return self.script(plain, "plain.pt"), self.script(changing, "changing.pt"), self.npz(x=x, labels=labels)

    def test_each_rung_sees_the_input_as_it_was(self):
        plain, changing, data = self.pair()
        expected, _ = self.job("ptq", plain, data, out="plain")
        got, _ = self.job("ptq", changing, data, out="changing")
        for rung, known in zip(got["accuracy"]["ladder"], expected["accuracy"]["ladder"], strict=True):
            self.assertEqual(rung["values"], known["values"], rung["name"])
        self.assertEqual(got["accuracy"]["ladder"][0]["values"]["top1"], 100)
        self.assertEqual(got["warnings"], expected["warnings"])
        self.assertEqual(got["blame"]["all"], expected["blame"]["all"])

    def test_a_model_is_held_against_one_that_changes_its_input(self):
        plain, changing, data = self.pair()
        for first, second in [(changing, plain), (plain, changing), (changing, changing)]:
            done = self.qtool("eval", first, "--against", second, "--data", data)
            self.assertIn("same top-1 100.00 %", done.stdout)

    def test_training_and_its_teacher_see_the_same(self):
        plain, changing, data = self.pair()
        curves = []
        for model in [plain, changing]:
            report, _ = self.job("qat", model, data, "--epochs", 1, "--distillation", 1, out=model + ".qat")
            curves.append([epoch["score"] for epoch in report["training"]["epochs"]])
        self.assertEqual(*curves)


class Reader(nn.Module):
    """A text recogniser: for each of 12 places a number for each of 10 letters."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(4, 32, 3, padding=1)
        self.head = nn.Conv1d(32, 10, 1)

    def forward(self, x):
        return self.head(torch.relu(self.conv(x))).permute(0, 2, 1)


class Detector(nn.Module):
    """Boxes of up to 200 pixels and scores, of one output or of two."""

    def __init__(self, together):
        super().__init__()
        self.boxes, self.scores = nn.Conv2d(3, 4, 3), nn.Conv2d(3, 6, 3)
        self.together = together
        with torch.no_grad():
            self.boxes.weight.mul_(100)

    def forward(self, x):
        boxes, scores = torch.relu(self.boxes(x)), torch.sigmoid(self.scores(x) - 3)
        return (torch.cat([boxes, scores], 1), scores.mean()) if self.together else (boxes, scores)


class NoClasses(FaultTest):
    def test_there_is_no_top_1_of_a_sequence_of_letters(self):
        model, data = self.script(Reader()), self.npz(x=torch.randn(64, 4, 12))
        report, done = self.job("ptq", model, data)
        self.assertEqual(report["accuracy"]["metrics"], [])
        self.assertIsNone(report["simulated_vs_int8"]["same_top1"])
        self.assertIsNone(report["blame"]["all"]["agreement"])
        for rung in report["accuracy"]["ladder"]:
            self.assertEqual(rung["values"], {})
        self.assertNotIn("top-1", done.stdout + done.stderr)
        for name in ["report.md", "report.json"]:
            self.assertNotIn("top-1", (self.folder / "out" / name).read_text())
        self.assertGreater(report["accuracy"]["ladder"][-1]["outputs"][0]["sqnr_db"], 20)
        self.assertRegex((self.folder / "out" / "report.md").read_text(),
                         r"SQNR [0-9.]+ dB, [0-9.]+ dB in the worst channel")
        done = self.qtool("eval", self.path("out/model.int8.pt"), "--against", model, "--data", data)
        self.assertNotIn("top-1", done.stdout)
        self.qtool("compare", self.path("out/report.json"), self.path("out/report.json"), "--max-sqnr-loss", 1)

    def test_a_gate_on_classes_is_refused_before_any_work(self):
        model, data = self.script(Reader()), self.npz(x=torch.randn(64, 4, 12))
        _, done = self.job("ptq", model, data, "--min-agreement", 90, code=2)
        self.assertIn("--min-agreement needs a classifier", done.stderr)
        self.assertIn("[64, 12, 10]", done.stderr)
        self.assertFalse((self.folder / "out" / "model.int8.pt").exists())

    def test_classes_have_their_top_1_as_before(self):
        model = self.script(Classifier(False))
        report, done = self.job("ptq", model, self.npz(x=torch.rand(64, 3, 8, 8) * 255), "--min-agreement", 1)
        self.assertGreater(report["accuracy"]["ladder"][-1]["values"]["agreement"], 50)
        self.assertIn("same top-1 as float", done.stdout)


class EachOutput(FaultTest):
    def test_a_channel_that_is_lost_is_told(self):
        """The model itself rounds to one grid, so that this test stays true whatever the plan does."""

        class Rounded(nn.Module):
            def __init__(self, inner):
                super().__init__()
                self.inner = inner

            def forward(self, x):
                return torch.round(self.inner(x)[0] / 2) * 2

        class First(nn.Module):
            def __init__(self, inner):
                super().__init__()
                self.inner = inner

            def forward(self, x):
                return self.inner(x)[0]

        detector = Detector(True)
        data = self.npz(x=torch.randn(32, 3, 16, 16))
        model = self.script(First(detector), "float.pt")
        done = self.qtool("eval", self.script(Rounded(detector), "rounded.pt"), "--against", model, "--data", data,
                          "--json")
        result = json.loads(done.stdout)
        output = result["outputs"][0]
        self.assertGreater(output["sqnr_db"], 30)
        self.assertEqual(output["channels"], 10)
        self.assertEqual(output["constant_channels"], [4, 5, 6, 7, 8, 9])
        self.assertAlmostEqual(output["worst_sqnr_db"], 0, places=3)
        self.assertIn("output 0: channels 4, 5, 6, 7, 8, 9 of 10 varied in", result["warnings"][0])
        self.assertIn("are constant in", done.stderr)

    def test_each_output_is_measured(self):
        report, _ = self.job("ptq", self.script(Detector(False)), self.npz(x=torch.randn(32, 3, 16, 16)))
        outputs = report["accuracy"]["ladder"][-1]["outputs"]
        self.assertEqual([output["channels"] for output in outputs], [4, 6])
        for output in outputs:
            self.assertGreater(output["worst_sqnr_db"], 10)
            self.assertEqual(output["constant_channels"], [])


class Training(FaultTest):
    def test_a_number_for_the_whole_batch_among_the_outputs(self):
        report, done = self.job("qat", self.script(Detector(True)), self.npz(x=torch.randn(64, 3, 16, 16)), "--epochs",
                                2)
        self.assertNotIn("diverged", done.stderr)
        self.assertLess(report["training"]["epochs"][-1]["loss"], 0.1)
        self.assertNotIn("top-1", (self.folder / "out" / "report.md").read_text())

    def test_an_empty_output(self):
        class Empty(Reader):
            def forward(self, x):
                y = super().forward(x)
                return y, y[:, :0]

        report, _ = self.job("qat", self.script(Reader()), self.npz(x=torch.randn(64, 4, 12)), "--epochs", 1)
        traced = self.trace(Empty(), torch.randn(2, 4, 12), name="empty.pt")
        empty, _ = self.job("qat", traced, self.npz(x=torch.randn(64, 4, 12)), "--epochs", 1, out="empty")
        for each in [report, empty]:
            self.assertLess(each["training"]["epochs"][-1]["loss"], 0.1)


if __name__ == "__main__":
    unittest.main()
