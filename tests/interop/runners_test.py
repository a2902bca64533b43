"""apps/runners run model files outside of qtool: in ONNX Runtime and inductor; ExecuTorch is not installed for this."""
import pathlib
import subprocess
import sys
import unittest

import numpy as np
import torch

import client
import onnx_files

RUNNERS = pathlib.Path(__file__).parents[2] / "apps/runners"


class Halves(torch.nn.Module):
    def forward(self, x):
        return x * 0.5, x.sum(1)


class Runners(client.InFolder):
    def start(self, runner, model, *runs, **arrays):
        np.savez(self.path("in.npz"), **arrays)
        return subprocess.run([sys.executable, str(RUNNERS / runner), model, self.path("in.npz"),
                               self.path("out.npz"), *runs],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)

    def outputs(self, done):
        self.assertEqual(done.returncode, 0, done.stderr)
        with np.load(self.path("out.npz")) as made:
            self.assertEqual(list(made), [f"output_{i}" for i in range(len(made))])
            return list(made.values())

    @unittest.skipIf(onnx_files.missing, onnx_files.missing)
    def test_onnxruntime(self):
        model = self.path("m.onnx")
        onnx_files.two_heads(model)
        image = np.random.default_rng(1).standard_normal((5, 3, 8, 8)).astype(np.float32)
        classes, flat = self.outputs(self.start("onnxruntime.py", model, image=image))
        self.assertEqual((classes.shape, flat.shape), ((5, 4), (5, 144)))
        np.testing.assert_allclose(classes, flat.reshape(5, 4, 36).mean(2), rtol=1e-5, atol=1e-6)
        self.assertEqual(self.start("onnxruntime.py", model, "3", image=image).returncode, 0)
        with np.load(self.path("out.npz")) as made:
            self.assertEqual(list(made), ["output_0", "output_1", "latency_ms"])
            self.assertEqual((made["latency_ms"].dtype, made["latency_ms"].shape), (np.float64, (3,)))

    @unittest.skipIf(onnx_files.missing, onnx_files.missing)
    def test_an_input_that_is_missing_is_named(self):
        model = self.path("m.onnx")
        onnx_files.two_heads(model)
        done = self.start("onnxruntime.py", model, picture=np.zeros(3))
        self.assertEqual(done.returncode, 1)
        self.assertIn("no array for image in", done.stderr)
        self.assertIn("which has picture", done.stderr)

    def test_inductor(self):
        """Compiles C++, so the network is small."""
        if tuple(int(part) for part in torch.__version__.split(".")[:2]) < (2, 8):
            self.skipTest("torch.export of this PyTorch has another format")
        torch.export.save(client.export(Halves().eval(), [torch.zeros(2, 3)]), self.path("m.pt2"))
        x = np.arange(12, dtype=np.float32).reshape(4, 3)
        half, total = self.outputs(self.start("inductor.py", self.path("m.pt2"), x=x))
        np.testing.assert_array_equal(half, x / 2)
        np.testing.assert_allclose(total, x.sum(1))

    def test_what_is_not_installed_is_named(self):
        """With a Python that has nothing but its library."""
        for runner, package in [("onnxruntime.py", "onnxruntime"), ("inductor.py", "torch"),
                                ("executorch.py", "executorch")]:
            done = subprocess.run([sys.executable, "-S", "-E", str(RUNNERS / runner), "m", "i", "o"],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"pip install {package}", done.stderr)
            self.assertNotIn("Traceback", done.stderr)

    def test_how_they_are_called(self):
        if not onnx_files.missing:
            done = subprocess.run([sys.executable, str(RUNNERS / "onnxruntime.py")], stderr=subprocess.PIPE,
                                  universal_newlines=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn("onnxruntime.py MODEL INPUTS OUTPUTS", done.stderr)
            self.assertIn("{model} {inputs} {outputs}", done.stderr)


if __name__ == "__main__":
    unittest.main()
