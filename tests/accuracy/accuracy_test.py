"""accuracy_test.py QTOOL: what a trained ResNet-8 keeps of its accuracy on Fashion-MNIST. Exit code 77 (skipped) where
that is not installed."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

QTOOL = sys.argv[1]
MODEL = pathlib.Path(__file__).resolve().parents[2] / "configs/fashion_mnist/resnet8.pt"
FASHION_MNIST = os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist")
DATA = f"idx:{FASHION_MNIST},mean=0.2860,std=0.3530"
VERIFIED = 2000


class Report:
    def __init__(self, path):
        self.json = json.loads(path.read_text())
        accuracy = self.json["accuracy"]
        self.samples, self.ladder = accuracy["samples"], accuracy["ladder"]
        self.top1_lost = accuracy["drop"]["value"]
        self.sqnr_db = self.ladder[-1]["sqnr_db"]

    def percent(self, rung, metric):
        return self.ladder[rung]["values"][metric]

    def has_8_bits(self):
        """Processors without VNNI have activations of 7 bits."""
        return any("uint8" in layer["scheme"] for layer in self.json["layers"] if layer["site"].endswith(":input"))


class Accuracy(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="qtool_accuracy_")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def ptq(self, name, *words):
        out = self.folder / name
        done = subprocess.run([QTOOL, "ptq", MODEL, "-o", out, "--verify-samples", str(VERIFIED), "--blame-samples",
                               "0", "--quiet", "--threads", "2", *words], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return Report(out / "report.json")

    def test_every_calibrator_keeps_it(self):
        seen = self.ptq("seen", "--data", DATA)
        most_points = 0.5 if seen.has_8_bits() else 1
        for calibrator in ("minmax", "moving-average", "percentile", "mse", "entropy"):
            with self.subTest(calibrator):
                report = self.ptq(calibrator, "--data", DATA, "--from-calibration",
                                  self.folder / "seen/calibration.json", "--calibrator", calibrator)
                self.assertEqual(report.samples, VERIFIED)
                self.assertGreater(report.percent(0, "top1"), 90)
                self.assertLess(report.top1_lost, most_points)
                self.assertGreater(report.percent(-1, "agreement"), 100 - 2 * most_points)

    def test_improvements_give_back_what_weights_of_4_bits_have_lost(self):
        without, improved = (self.ptq(improve, "--data", DATA, "--weight-bits", "4", "--improve", improve)
                             for improve in ("none", "auto"))
        self.assertEqual(without.json["improvements"], [])
        self.assertGreater(improved.sqnr_db, without.sqnr_db + 4)
        self.assertLess(improved.top1_lost, 0.5)

    def test_a_learned_rounding_keeps_weights_of_2_bits(self):
        """Rounding to the nearest does not."""
        report = self.ptq("learned", "--data", DATA, "--weight-bits", "2", "--improve", "rounding", "--calib-samples",
                          "512")
        (rounding,) = report.json["improvements"]
        self.assertTrue(rounding["kept"])
        self.assertLess(rounding["before_db"], 3)
        self.assertGreater(rounding["after_db"], 8)
        self.assertLess(report.top1_lost, 4)


if __name__ == "__main__":
    if not os.path.exists(FASHION_MNIST):
        print(f"skipped: Fashion-MNIST is not in {FASHION_MNIST}")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
