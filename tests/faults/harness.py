"""What the tests of this folder share: a folder of their own, models saved by PyTorch, runs of the program."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
import zipfile

import numpy
import torch


class FaultTest(unittest.TestCase):
    """A test with a folder that goes when it ends, and a seed."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        torch.manual_seed(0)

    def path(self, name):
        return str(self.folder / name)

    def script(self, model, name="model.pt", **keywords):
        """The path of the scripted model, in eval mode."""
        torch.jit.script(model.eval()).save(self.path(name), **keywords)
        return self.path(name)

    def trace(self, model, *inputs, name="model.pt"):
        torch.jit.trace(model.eval(), inputs, check_trace=False).save(self.path(name))
        return self.path(name)

    def npz(self, name="data.npz", **arrays):
        """A spec for --data; arrays may be tensors."""
        numpy.savez(self.path(name), **{key: numpy.asarray(value) for key, value in arrays.items()})
        return "npz:" + self.path(name)

    @staticmethod
    def members(path):
        """What is in an archive but for its own name, the manifest, and the hash that is over it, too."""
        with zipfile.ZipFile(path) as archive:
            members = {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}
        return {name: data for name, data in members.items()
                if name not in ("extra/qtool_manifest.json", ".data/serialization_id")}

    def qtool(self, *words, code=0, env=None):
        """The finished run, which must have ended with this exit code."""
        done = subprocess.run([os.environ["QTOOL_PROGRAM"], *map(str, words)], capture_output=True, text=True,
                              errors="replace", env={**os.environ, **(env or {})}, timeout=600, check=False)
        self.assertEqual(done.returncode, code, f"\n{' '.join(map(str, words))}\n{done.stdout}\n{done.stderr}")
        return done

    def job(self, task, model, data, *words, code=0, out="out"):
        """A job's report (None where it has none), and its finished run."""
        done = self.qtool(task, model, "--data", data, "-o", self.path(out), *words, code=code)
        report = self.folder / out / "report.json"
        return json.loads(report.read_text()) if report.exists() else None, done

    def run_file(self, path, *inputs):
        """What PyTorch computes with the file, as a list of its tensors."""
        with torch.no_grad():
            outputs = torch.jit.load(str(path))(*inputs)
        return list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]


def sqnr_db(reference, tensor):
    noise = (reference - tensor).double().square().sum()
    return float("inf") if noise == 0 else float(10 * torch.log10(reference.double().square().sum() / noise))
