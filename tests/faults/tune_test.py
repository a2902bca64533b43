"""A search keeps the best model on disk, goes on where it was stopped, and says where it misses its target."""
import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

import torch
from torch import nn

from harness import FaultTest


class Small(nn.Module):
    """A classifier whose first layer matters more than its many weights behind."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 16, 3, stride=2)
        self.second = nn.Conv2d(16, 64, 3)
        self.third = nn.Conv2d(64, 64, 3, groups=4)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        x = torch.relu(self.second(torch.relu(self.first(x))))
        return self.head(torch.relu(self.third(x)).mean((2, 3))) * 20


class Tuning(FaultTest):
    def model_and_data(self, labelled=True):
        model = Small().eval()
        x = torch.randn(192, 3, 14, 14)
        with torch.no_grad():
            labels = model(x).argmax(1)
        return self.script(model), self.npz(x=x, **({"labels": labels} if labelled else {}))

    def tune(self, model, data, *words, code=0, out="out"):
        self.qtool(*self.command(model, data, *words, out=out), code=code)
        return self.found(out)

    def command(self, model, data, *words, out="out"):
        return ["tune", model, "--data", data, "-o", self.path(out), "--threads", 1, *words]

    def found(self, out="out"):
        return json.loads((self.folder / out / "tune.json").read_text())

    def int8(self, out="out"):
        return (self.folder / out / "model.int8.pt").read_bytes()

    def test_a_smaller_model_is_found_that_its_recipe_gives_again(self):
        model, data = self.model_and_data()
        report = self.tune(model, data, "--max-drop", 3, "--improve", "batch-norm")
        self.assertTrue(report["met"])
        self.assertTrue(report["finished"])
        best, untuned = report["trials"][report["best"]], report["trials"][0]
        self.assertEqual(set(untuned["bits"]), {8})
        self.assertLess(best["bytes"], 0.9 * untuned["bytes"])
        self.assertLessEqual(best["drop"]["value"], 3)
        self.assertEqual(best["bytes"], len(self.int8()))
        self.assertIn(report["best"], report["front"])
        # Fewer weights, each of which does more: the first layer keeps more bits than those with most.
        bits = dict(zip([layer["name"] for layer in report["layers"]], best["bits"], strict=True))
        self.assertGreaterEqual(bits["first"], bits["second"])
        for name in ["model.fakequant.pt", "report.html", "tune.html", "tune.md"]:
            self.assertTrue((self.folder / "out" / name).exists(), name)
        self.qtool("ptq", "--config", self.path("out/config.resolved.yaml"), "-o", self.path("again"))
        self.assertEqual(self.int8("again"), self.int8())
        self.qtool("ptq", model, "--data", data, "--recipe", self.path("out/recipe.yaml"), "--improve", "batch-norm",
                   "-o", self.path("by_recipe"), "--blame-samples", 0)
        self.assertEqual(self.int8("by_recipe"), self.int8())

    def test_two_searches_give_the_same(self):
        model, data = self.model_and_data()
        first = self.tune(model, data, "--max-drop", 3, "--improve", "none", out="a")
        second = self.tune(model, data, "--max-drop", 3, "--improve", "none", out="b")
        self.assertEqual([trial["bits"] for trial in first["trials"]], [trial["bits"] for trial in second["trials"]])
        self.assertEqual(self.int8("a"), self.int8("b"))
        # The same command again has nothing left to try.
        again = self.tune(model, data, "--max-drop", 3, "--improve", "none", out="a")
        self.assertEqual(again["trials"], first["trials"])

    def test_a_search_that_was_stopped_goes_on(self):
        model, data = self.model_and_data()
        whole = self.tune(model, data, "--max-drop", 3, "--improve", "none", out="whole")
        words = self.command(model, data, "--max-drop", 3, "--improve", "none", out="stopped")
        running = subprocess.Popen([os.environ["QTOOL_PROGRAM"], *map(str, words)], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        state = self.folder / "stopped" / "tune.json"
        while running.poll() is None and not (state.exists() and json.loads(state.read_text())["trials"]):
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=120)
        self.assertEqual(running.returncode, 130, errors)
        self.assertIn("the same command goes on from here", errors)
        self.assertTrue((self.folder / "stopped" / "model.int8.pt").exists())
        stopped = self.found("stopped")
        self.assertLess(len(stopped["trials"]), len(whole["trials"]))
        done = self.tune(model, data, "--max-drop", 3, "--improve", "none", out="stopped")
        self.assertEqual([trial["bits"] for trial in done["trials"]], [trial["bits"] for trial in whole["trials"]])
        self.assertEqual(self.int8("stopped"), self.int8("whole"))

    def test_a_search_without_time_leaves_the_untuned_model(self):
        model, data = self.model_and_data()
        report = self.tune(model, data, "--max-drop", 100, "--time-budget", "0.001s")
        self.assertEqual(len(report["trials"]), 1)
        self.assertFalse(report["finished"])
        self.assertTrue(self.int8())

    def test_another_target_begins_with_what_is_known(self):
        model, data = self.model_and_data()
        loose = self.tune(model, data, "--max-drop", 30, "--improve", "none")
        tight = self.tune(model, data, "--max-drop", 0.6, "--improve", "none")
        for known, again in zip(loose["trials"], tight["trials"], strict=False):
            for key in ["bits", "quick", "simulated", "drop", "bytes", "sha256"]:
                self.assertEqual(again[key], known[key])
        self.assertLessEqual(tight["trials"][tight["best"]]["drop"]["value"], 0.6)
        self.assertEqual(tight["trials"][tight["best"]]["bytes"], len(self.int8()))

    def test_a_target_that_is_missed_has_its_exit_code_and_the_best(self):
        model, data = self.model_and_data(labelled=False)
        report = self.tune(model, data, "--max-drop", 1e-6, "--metric", "", "--improve", "none", code=5)
        self.assertFalse(report["met"])
        self.assertTrue(self.int8())
        best = report["trials"][report["best"]]
        self.assertEqual(best["drop"]["value"],
                         min(trial["drop"]["value"] for trial in report["trials"] if trial["drop"]))

    def test_data_without_labels_is_judged_by_agreement(self):
        model, data = self.model_and_data(labelled=False)
        report = self.tune(model, data, "--max-drop", 3, "--improve", "none")
        self.assertEqual(report["metric"]["name"], "agreement")
        self.assertTrue(report["met"])

    def test_a_rule_of_the_recipe_holds_its_layer(self):
        model, data = self.model_and_data()
        recipe = self.folder / "held.yaml"
        recipe.write_text("rules:\n  - {match: second, weight_bits: 7}\n  - {match: head, skip: true}\n")
        report = self.tune(model, data, "--max-drop", 50, "--improve", "none", "--recipe", recipe)
        self.assertNotIn("head", [layer["name"] for layer in report["layers"]])
        rows = json.loads((self.folder / "out" / "report.json").read_text())["layers"]
        schemes = {row["site"]: row["scheme"] for row in rows}
        self.assertIn("int7", schemes["second:weight"])

    def test_a_folder_of_other_settings_is_refused(self):
        model, data = self.model_and_data()
        self.tune(model, data, "--max-drop", 100, "--time-budget", "0.001s")
        before = self.int8()
        for words in [["--target", "openvino"], ["--calib-samples", "64"], ["--verify-samples", "100"]]:
            done = self.qtool(*self.command(model, data, "--max-drop", 100, *words), code=2)
            self.assertIn("other settings", done.stderr)
        self.assertEqual(self.int8(), before)
        (self.folder / "out" / "tune.json").write_text('{"schema": 1}')
        done = self.qtool(*self.command(model, data, "--max-drop", 100), code=2)
        self.assertIn("does not tell of a search", done.stderr)

    def test_bad_words_are_refused_before_any_work(self):
        model, data = self.model_and_data()
        for words, expected in [(["--max-drop", "-1"], "a number from 0 to 100"),
                                ([], "no target to tune to"),
                                (["--max-drop", "1", "--time-budget", "30"], "no length of time"),
                                (["--max-drop", "1", "--time-budget", "30y"], "no length of time"),
                                (["--max-drop", "1", "--time-budget", "-3m"], "no length of time"),
                                (["--max-drop", "1", "--time-budget", "0s"], "no length of time"),
                                (["--max-drop", "1", "--prefer", "beauty"], "beauty"),
                                (["--max-drop", "1", "--min-agreement", "9"], "one target"),
                                (["--max-drop", "1", "--verify-samples", "0"], "samples to measure"),
                                (["--max-drop", "1", "--weight-bits", "4"], "what is searched for")]:
            done = self.qtool("tune", model, "--data", data, "-o", self.path("out"), *words, code=2)
            self.assertIn(expected, done.stderr)
        done = self.qtool("tune", model, "-o", self.path("out"), "--max-drop", "1", code=2)
        self.assertIn("no data to tune on", done.stderr)
        self.assertFalse(pathlib.Path(self.path("out")).exists())


if __name__ == "__main__":
    unittest.main()
