"""Several files of one job, and what proves them: --target, qtool verify, --runner."""
import json
import os
import sys
import unittest

import torch
from torch import nn

from harness import FaultTest

RUNNER = """
import sys
import numpy, torch
inputs = numpy.load(sys.argv[2])
with torch.no_grad():
    y = torch.jit.load(sys.argv[1])(*(torch.from_numpy(inputs[name]) for name in inputs.files)).numpy()
numpy.savez(sys.argv[3], CHANGE)
"""


class Targets(FaultTest):
    def setUp(self):
        super().setUp()
        model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.Flatten(),
                              nn.Linear(8 * 36, 5))
        self.model = self.trace(model, torch.zeros(2, 3, 8, 8))
        x = torch.randn(64, 3, 8, 8)
        self.data = self.npz(x=x, labels=torch.arange(64) % 5)

    def runner(self, change="y"):
        name = f"run{len(list(self.folder.glob('run*.py')))}.py"
        (self.folder / name).write_text(RUNNER.replace("CHANGE", change))
        return f"'{sys.executable}' '{self.path(name)}' {{model}} {{inputs}} {{outputs}}"

    def verify(self, *words, code=0, out="out"):
        done = self.qtool("verify", self.path(out), "--data", self.data, *words, "--json", code=code)
        return json.loads(done.stdout) if code == 0 else done.stderr

    def test_two_files_of_one_job(self):
        report, done = self.job("ptq", self.model, self.data, "--target", "libtorch-onednn,libtorch")
        self.assertEqual([target["rung"] for target in report["targets"]], ["int8", "libtorch"])
        self.assertEqual([rung["name"] for rung in report["accuracy"]["ladder"]],
                         ["float", "folded", "simulated", "int8", "libtorch"])
        self.assertEqual(set(report["latency_ms_of_files"]), {"int8", "libtorch"})
        for target in report["targets"]:
            self.assertLessEqual(target["simulated"]["max_steps"], 1)
            self.assertEqual(target["bytes"], os.path.getsize(self.path("out/" + target["file"])))
            self.assertIn(target["file"], done.stdout)
        self.assertIn("## Files for runtimes", (self.folder / "out/report.md").read_text())

    def test_the_default_file_is_the_same_alone_and_beside_others(self):
        self.job("ptq", self.model, self.data, out="alone")
        self.job("ptq", self.model, self.data, "--target", "libtorch,libtorch-onednn", out="both")
        one, two = (self.members(self.folder / name / "model.int8.pt") for name in ("alone", "both"))
        self.assertEqual(one, two)

    def test_a_file_of_an_earlier_job_is_told_of(self):
        self.job("ptq", self.model, self.data)
        report, _ = self.job("ptq", self.model, self.data, "--target", "libtorch-onednn")
        self.assertTrue(any("model.int8.pt" in warning and "earlier job" in warning
                            for warning in report["warnings"]), report["warnings"])

    def test_names(self):
        done = self.qtool("ptq", self.model, "--data", self.data, "-o", self.path("o"), "--target", "libtroch", code=2)
        self.assertIn("did you mean 'libtorch'?", done.stderr)
        done = self.qtool("ptq", self.model, "--data", self.data, "-o", self.path("o"),
                          "--target", "libtorch,libtorch", code=2)
        self.assertIn("a target stands there twice", done.stderr)
        self.assertFalse((self.folder / "o").exists())

    def test_inspect_says_what_would_be_written(self):
        done = self.qtool("inspect", self.model, "--target", "libtorch,libtorch-onednn", "--json")
        targets = json.loads(done.stdout)["targets"]
        self.assertEqual([target["file"] for target in targets], ["model.int8.pt", "model.int8.onednn.pt"])
        self.assertEqual([target["objections"] for target in targets], [[], []])

    def test_verify_runs_each_file(self):
        self.job("ptq", self.model, self.data, "--target", "libtorch,libtorch-onednn")
        result = self.verify()
        self.assertEqual(result["samples"], 64)
        self.assertEqual([file["target"] for file in result["files"]], ["libtorch", "libtorch-onednn"])
        for file in result["files"]:
            self.assertLessEqual(file["simulated"]["max_steps"], 1)
            self.assertIn("top1", file["values"])

    def test_a_runner_proves_the_file_as_qtool_does(self):
        self.job("ptq", self.model, self.data)
        here = self.verify("--target", "libtorch")["files"][0]
        there = self.verify("--target", "libtorch", "--runner", self.runner())["files"][0]
        self.assertIn("run0.py", there["runtime"])
        self.assertEqual(there["values"], here["values"])
        self.assertEqual(there["simulated"]["max_steps"], here["simulated"]["max_steps"])

    def test_eval_with_a_runner(self):
        self.job("ptq", self.model, self.data)
        words = ("eval", self.path("out/model.int8.pt"), "--data", self.data, "--against", self.model, "--json")
        here, there = (json.loads(self.qtool(*words, *more).stdout) for more in ((), ("--runner", self.runner())))
        self.assertEqual(here["model"]["values"], there["model"]["values"])
        done = self.qtool("eval", self.path("out/model.int8.pt"), "--data", self.data, "--runner", self.runner(),
                          code=2)
        self.assertIn("--against", done.stderr)

    def test_bad_runners(self):
        self.job("ptq", self.model, self.data)
        for runner, expected in [
                (self.runner("y, y"), "2 outputs: [64, 5], [64, 5]"),
                (self.runner("y[:3]"), "1 output: [3, 5]"),
                (self.runner("y[:, :4]"), "1 output: [64, 4]"),
                (self.runner("y / nothing"), "NameError"),
                ("true {model} {inputs} {outputs}", "the runner has written no outputs"),
                ("cp {model} {outputs} {inputs}", "the runner failed"),
                ("no-such-program {model} {inputs} {outputs}", "there is no such program"),
                ("sh {model}", "does not say where {inputs} goes"),
                ("sh 'x {model} {inputs} {outputs}", "a quote is not closed")]:
            with self.subTest(runner=runner):
                self.assertIn(expected, self.verify("--target", "libtorch", "--runner", runner, code=2))

    def test_a_runner_that_hangs(self):
        self.job("ptq", self.model, self.data)
        said = self.verify("--target", "libtorch", "--runner-timeout", 0.3, "--runner",
                           "sh -c 'sleep 50' {model} {inputs} {outputs}", code=2)
        self.assertIn("no end after 0.3 s", said)

    def manifest(self, path):
        extra = {"qtool_manifest.json": ""}
        torch.jit.load(str(path), _extra_files=extra)
        return json.loads(extra["qtool_manifest.json"])

    def test_each_file_tells_where_it_comes_from(self):
        report, _ = self.job("ptq", self.model, self.data, "--target", "libtorch,openvino", "--weight-bits", 7)
        for file, target in [("model.int8.pt", "libtorch"), ("model.fakequant.pt", "simulation")]:
            manifest = self.manifest(self.folder / "out" / file)
            self.assertEqual(manifest["target"], target)
            self.assertEqual(manifest["model"]["sha256"], report["model"]["sha256"])
            self.assertEqual(len(manifest["data"]["sha256"]), 64)
            self.assertEqual(manifest["recipe"]["quantize.weight_bits"], "7")
            self.assertEqual([(rung["name"], rung["values"]) for rung in manifest["ladder"]],
                             [(rung["name"], rung["values"]) for rung in report["accuracy"]["ladder"]])
            self.assertNotIn(str(self.folder), json.dumps(manifest))
            told = self.qtool("inspect", self.path(f"out/{file}"), "--json")
            self.assertEqual(json.loads(told.stdout)["manifest"], manifest)
        told = json.loads(self.qtool("inspect", self.path("out/model.openvino.onnx"), "--json").stdout)
        self.assertEqual(told["manifest"]["target"], "openvino")
        self.assertEqual([value["name"] for value in told["inputs"]], ["input"])
        self.assertIn('"recipe": {', self.qtool("inspect", self.path("out/model.openvino.onnx")).stdout)
        self.assertIsNone(json.loads(self.qtool("inspect", self.model, "--json").stdout)["manifest"])

    def test_two_runs_give_the_same_bytes_and_other_data_another_hash(self):
        for out in ("one", "two"):
            self.job("ptq", self.model, self.data, "--target", "libtorch,libtorch-onednn,onnxruntime", out=out)
        for file in ("model.int8.pt", "model.int8.onednn.pt", "model.onnxruntime.onnx", "model.fakequant.pt"):
            self.assertEqual((self.folder / "one" / file).read_bytes(), (self.folder / "two" / file).read_bytes(), file)
        self.job("ptq", self.model, self.npz("other.npz", x=torch.randn(64, 3, 8, 8)), out="three")
        one, three = (self.manifest(self.folder / out / "model.int8.pt") for out in ("one", "three"))
        self.assertNotEqual(one["data"]["sha256"], three["data"]["sha256"])
        self.assertEqual(one["model"], three["model"])

    def test_without_data_there_is_no_hash_of_it(self):
        self.job("ptq", self.model, self.data)
        self.qtool("ptq", self.model, "--from-calibration", self.path("out/calibration.json"), "-o", self.path("again"))
        manifest = self.manifest(self.folder / "again/model.int8.pt")
        self.assertIsNone(manifest["data"]["sha256"])
        self.assertEqual(manifest["ladder"], [])

    def test_folders_that_cannot_be_verified(self):
        self.assertIn("no model.fakequant.pt", self.verify(code=2, out="nothing"))
        self.job("ptq", self.model, self.data)
        self.assertIn("no model.int8.onednn.pt", self.verify("--target", "libtorch-onednn", code=2))
        (self.folder / "out/model.int8.pt").write_bytes(b"PK")
        self.assertIn("model.int8.pt", self.verify(code=2))


if __name__ == "__main__":
    unittest.main()
