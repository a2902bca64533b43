"""ONNX files of others in `qtool eval`, `bench` and `inspect`."""
import json
import os
import tempfile
import unittest

import numpy as np
import torch

import client
import onnx_files

if not onnx_files.missing:
    import onnx


def runs_onnx():
    """Whether the program has OpenVINO."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "m.onnx")
        onnx_files.two_heads(path)
        return client.qtool("bench", path, "--shape", "3x8x8", "--batch", "1", "--dry-run").returncode == 0


class OfOthers(onnx_files.InFolder):
    def test_inspect_tells_what_is_in_a_file(self):
        onnx_files.two_heads(self.path("m.onnx"))
        told = json.loads(self.done("inspect", self.path("m.onnx"), "--json"))
        self.assertEqual(told["opsets"], {"": 21})
        self.assertEqual(told["producer"], "tests")
        self.assertEqual(told["inputs"], [{"name": "image", "type": "float32[batch, 3, 8, 8]"}])
        self.assertEqual([value["name"] for value in told["outputs"]], ["classes", "flat"])
        self.assertEqual(told["operators"], {"Conv": 1, "Flatten": 2, "GlobalAveragePool": 1, "Relu": 1})
        self.assertEqual(told["parameters"], 112)
        self.assertEqual(told["metadata"], {"note": "made by hand"})

    def test_weights_beside_the_file(self):
        onnx_files.two_heads(self.path("whole.onnx"))
        onnx.save(onnx.load(self.path("whole.onnx")), self.path("m.onnx"), save_as_external_data=True,
                  location="weights.bin", size_threshold=0)
        self.assertEqual(json.loads(self.done("inspect", self.path("m.onnx"), "--json"))["parameters"], 112)
        if runs_onnx():
            told = json.loads(self.done("eval", self.path("m.onnx"), "--against", self.path("whole.onnx"), "--json",
                                        "--data", "random:3x8x8,samples=4"))
            self.assertEqual(told["agreement"]["max_difference"], 0)
        os.truncate(self.path("weights.bin"), 100)
        refused = client.qtool("inspect", self.path("m.onnx"))
        self.assertEqual(refused.returncode, 2)
        self.assertIn("less or more data than the weight 'w'", refused.stderr)

    def test_eval_says_what_onnxruntime_computes(self):
        if not runs_onnx():
            self.skipTest("this qtool has no OpenVINO")
        onnx_files.two_heads(self.path("m.onnx"))
        images = np.random.default_rng(1).standard_normal((10, 3, 8, 8)).astype(np.float32)
        classes = onnx_files.run_onnxruntime(self.path("m.onnx"), [images])[0].argmax(1)
        labels = classes.copy()
        labels[:3] = (labels[:3] + 1) % 4
        np.savez(self.path("x.npz"), image=images, labels=labels)
        told = json.loads(self.done("eval", self.path("m.onnx"), "--data", "npz:" + self.path("x.npz"), "--json",
                                    "--batch-size", "4"))
        self.assertEqual(told["samples"], 10)
        self.assertAlmostEqual(told["model"]["values"]["top1"], 70)

    def test_bench_names_the_runtimes(self):
        if not runs_onnx():
            self.skipTest("this qtool has no OpenVINO")
        onnx_files.two_heads(self.path("m.onnx"))
        torch.jit.save(torch.jit.script(torch.nn.Conv2d(3, 4, 3).eval()), self.path("m.pt"))
        told = json.loads(self.done("bench", self.path("m.pt"), self.path("m.onnx"), "--shape", "3x8x8", "--batch", "2",
                                    "--json"))
        self.assertEqual([row["runtime"].split()[0] for row in told["rows"]], ["LibTorch", "LibTorch", "OpenVINO"])
        self.assertIn("folded and frozen", told["rows"][1]["model"])

    def test_ptq_does_not_take_onnx(self):
        onnx_files.two_heads(self.path("m.onnx"))
        refused = client.qtool("ptq", self.path("m.onnx"), "--data", "random:3x8x8", "-o", self.path("out"))
        self.assertEqual(refused.returncode, 2)
        self.assertIn("this is an ONNX model: only eval, bench and inspect take those", refused.stderr)
        self.assertEqual(os.listdir(self.path("out")), [])


if __name__ == "__main__":
    unittest.main()
