"""The good files that all bad ones are made from."""
import pathlib
import subprocess

import datasets
from harness import OUT


class Workshop:
    """A folder with a float model (LeNet after one step), its int8 form, and a data set of 32 images."""

    def __init__(self, program, folder):
        self.folder = pathlib.Path(folder)
        self.data = f"idx:{datasets.write_idx(self.folder / 'idx')}"
        self._must_work(program, "train", "zoo:lenet", "--data", self.data, "--epochs", "1", "--validation", "0",
                        "-o", str(self.folder / "float"))
        self.model = self.folder / "float" / "model.pt"
        self.int8 = self.folder / "int8"
        self.fake_quant = self.int8 / "model.fakequant.pt"
        self._must_work(program, "ptq", str(self.model), "--data", self.data, "-o", str(self.int8))

    @staticmethod
    def _must_work(*words):
        done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, words))}: exit code {done.returncode}\n{done.stderr}")

    def path(self, name):
        return self.folder / name

    def write(self, name, data):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def ptq(self, *words, model=None, data=None):
        return ["ptq", model or self.model, "--data", data or self.data, "-o", OUT, *words]

    def train(self, *words, model="zoo:lenet", data=None, epochs=1):
        return ["train", model, "--data", data or self.data, "-o", OUT, "--epochs", epochs, "--validation", "0", *words]

    def qat(self, *words, model=None, data=None, epochs=1):
        return ["qat", model or self.model, "--data", data or self.data, "-o", OUT, "--epochs", epochs, "--batch-size",
                "8",
                *words]

    def evaluate(self, *words, model=None, data=None):
        return ["eval", model or self.model, "--data", data or self.data, *words]
