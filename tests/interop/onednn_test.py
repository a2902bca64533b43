"""Files of the target libtorch-onednn in a Python client that sets nothing."""
import os
import subprocess
import sys
import unittest
import zipfile

import torch

import client

NETWORKS = ("residual", "mobile", "dense", "transformer", "waves")

# Of int8 against its simulation.
LEAST_SIMULATED_SQNR_DB = 40

# torch.jit.load() itself is deprecated; nothing else may be said.
CLIENT = """
import copy, sys, warnings
import torch
warnings.simplefilter("error")
warnings.filterwarnings("ignore", message=".*torch.jit.* is deprecated")
path, inputs, outputs = sys.argv[1:]
model = torch.jit.load(path)
x = torch.load(inputs)
with torch.no_grad():
    y = model(*x)
    saved_again = outputs + ".model"
    copy.deepcopy(model).save(saved_again)
    assert torch.equal(torch.jit.load(saved_again)(*x), y)
    assert torch.jit.load(path)(*[t[:1] for t in x]).shape[0] == 1
torch.save(y, outputs)
"""


def tensor_bytes(path):
    with zipfile.ZipFile(path) as archive:
        return sum(entry.file_size for entry in archive.infolist() if "/data/" in entry.filename
                   or "/constants/" in entry.filename)


@unittest.skipIf(client.has_older_libtorch(), "needs LibTorch 2")
class Onednn(client.InFolder):
    def quantize(self, name):
        """Paths of the float model and of the int8 file, and the inputs."""
        model, inputs = client.make(name)
        path, data = self.path(name + ".pt"), self.path(name + ".npz")
        client.save(model, inputs, "trace", path)
        client.save_inputs(inputs, data)
        done = client.qtool("ptq", path, "--data", "npz:" + data, "-o", self.path(name), "--quiet", "--no-report",
                            "--target", "libtorch-onednn")
        self.assertEqual(done.returncode, 0, done.stderr)
        return path, os.path.join(self.path(name), "model.int8.onednn.pt"), inputs

    def run_alone(self, path, inputs):
        torch.save(list(inputs), self.path("inputs"))
        done = subprocess.run([sys.executable, "-c", CLIENT, path, self.path("inputs"), self.path("outputs")],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")
        return [torch.load(self.path("outputs"))]

    def test_files_load_without_a_setting_or_a_warning(self):
        for name in NETWORKS:
            with self.subTest(name=name):
                _, int8, inputs = self.quantize(name)
                outputs = self.run_alone(int8, inputs)
                simulated, = client.run([os.path.join(self.path(name), "model.fakequant.pt")], inputs)
                self.assertGreater(client.sqnr_db(simulated, outputs), LEAST_SIMULATED_SQNR_DB)

    def test_no_quantized_dtype_and_no_float_weight_is_in_a_file(self):
        for name in NETWORKS[:2]:
            with self.subTest(name=name):
                path, int8, _ = self.quantize(name)
                with zipfile.ZipFile(int8) as archive:
                    for entry in archive.namelist():
                        told = entry.endswith((".py", ".pkl"))  # the rest are tensors, and places in the source
                        content = archive.read(entry) if told else b""
                        for word in (b"quantized", b"QInt", b"QUInt", b"qint8", b"quint8"):
                            self.assertNotIn(word, content, entry)
                layers = [p for p in torch.jit.load(path).parameters() if p.dim() > 1]
                floats = [b for b in torch.jit.load(int8).buffers() if b.is_floating_point()]
                self.assertGreater(len(layers), 0)
                self.assertTrue(all(b.dim() <= 1 for b in floats), [b.shape for b in floats])
                self.assertLess(tensor_bytes(int8), 0.35 * tensor_bytes(path))


if __name__ == "__main__":
    unittest.main()
