"""Folders in which README's commands find what they name: a model, data, reports, the program."""
import os
import pathlib
import shutil
import struct
import subprocess
import zlib

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
RESNET8 = REPOSITORY / "configs/fashion_mnist/resnet8.pt"
FASHION_MNIST = os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist")
SAMPLES = 128
DATA = f"idx:{FASHION_MNIST},mean=0.2860,std=0.3530,limit={SAMPLES}"
SECONDS = 600  # a command that takes longer hangs


def png(red, side=260):
    """A picture of one colour, RGB."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    row = b"\0" + bytes((red, 80, 200)) * side
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(row * side)) + chunk(b"IEND", b""))


def write_images(folder):
    for name, red in (("cat", 30), ("dog", 220)):
        (folder / name).mkdir(parents=True)
        for i in range(3):
            (folder / name / f"{i}.png").write_bytes(png(red + i))


class Workplace:
    """Makes folders that are alike, one for each block, so that none depends on what another has left there."""

    def __init__(self, program, folder):
        self.program = pathlib.Path(program).resolve()
        self.folder = pathlib.Path(folder)
        self.images = self.folder / "images"
        write_images(self.images)
        self.template = self.folder / "template"
        self._make_template()
        self.image_model = self.folder / "image_model"
        self.must_work(["train", "zoo:resnet8", "--data", f"images:{self.images},resize=32,crop=32", "--epochs", "1",
                        "--validation", "0", "-o", self.image_model])

    def _make_template(self):
        here = self.template
        (here / "build").mkdir(parents=True)
        (here / "build/qtool").symlink_to(self.program)
        for folder in ("apps", "tests"):
            (here / folder).symlink_to(REPOSITORY / folder)
        shutil.copytree(REPOSITORY / "configs", here / "configs")
        shutil.copy(RESNET8, here / "model.pt")
        shutil.copy(RESNET8, here / "configs/other.pt")
        self.must_work(["ptq", here / "model.pt", "--data", DATA, "-o", here / "out", "--blame-samples", "4"])
        for name in ("main", "a", "b"):
            shutil.copytree(here / "out", here / name)

    def make(self, name):
        """Where a user stands who has a model, and has quantized it before."""
        folder = self.folder / name
        shutil.copytree(self.template, folder, symlinks=True)
        for path in (".local/share/bash-completion/completions", ".local/share/man/man1"):
            (folder / path).mkdir(parents=True)
        return folder

    def shell(self, folder, command):
        """Exit code and all that was printed. The folder is the home, and qtool is on the path."""
        environment = {**os.environ, "HOME": str(folder), "PATH": f"{folder / 'build'}:{os.environ['PATH']}",
                       "OMP_WAIT_POLICY": "passive"}
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=folder, env=environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS, check=False)
        return done.returncode, done.stdout

    def must_work(self, words):
        done = subprocess.run([self.program, *map(str, words), "--quiet"], capture_output=True, text=True,
                              timeout=SECONDS,
                              check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, words))}: exit code {done.returncode}\n{done.stderr}")
