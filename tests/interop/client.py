"""Runs the program as a user does, and its files as a client without it does."""
import atexit
import contextlib
import functools
import json
import os
import subprocess
import sys
import tempfile
import unittest

import numpy as np
import torch

import networks

SAMPLES = 32


class InFolder(unittest.TestCase):
    """Each test has an empty folder, which goes with it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)


def qtool(*arguments):
    """The finished process."""
    program = os.environ["QTOOL_PROGRAM"]
    return subprocess.run([program, *arguments, "--threads", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True)


def has_older_libtorch():
    """Whether the program's LibTorch is of an older release than this PyTorch."""
    text = subprocess.check_output([os.environ["QTOOL_PROGRAM"], "--version"], universal_newlines=True)
    line = next(line for line in text.splitlines() if line.startswith("LibTorch "))
    return release(line.split()[1]) < release(torch.__version__)


def release(version):
    return tuple(int(number) for number in version.split(".")[:2])


def make(name, seed=0):
    """The network, in eval mode, with batch norms that have seen data; and a batch of inputs."""
    kind, shapes, _, _ = networks.ALL[name]
    torch.manual_seed(seed)
    model = kind()
    inputs = [torch.randn(SAMPLES, *shape) for shape in shapes]
    model.train()
    with torch.no_grad():
        for _ in range(5):
            model(*inputs)
    return model.eval(), inputs


def save(model, inputs, how, path):
    """`how`: script, trace or freeze."""
    with torch.no_grad():
        if how == "trace":
            module = torch.jit.trace(model, tuple(inputs))
        else:
            module = torch.jit.script(model)
            module = torch.jit.freeze(module) if how == "freeze" else module
    torch.jit.save(module, path)


def export(model, inputs, static=False):
    """By torch.export, with the first size of each input free unless `static`."""
    batch = None if static else tuple({0: torch.export.Dim("batch")} for _ in inputs)
    return torch.export.export(model, tuple(inputs), dynamic_shapes=batch)


def save_inputs(inputs, path, **more):
    """`more`: other arrays, e.g. labels."""
    np.savez(path, **{f"x{i}": x.numpy() for i, x in enumerate(inputs)},
             **{name: x.numpy() for name, x in more.items()})


class PyTorch:
    """The process of pytorch_client.py; it ends with this one."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", os.path.join(os.path.dirname(__file__), "pytorch_client.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True)
        atexit.register(self.end)

    def end(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def ask(self, *request):
        try:
            print(json.dumps(request), file=self.process.stdin, flush=True)
            problem = json.loads(self.process.stdout.readline())
        except (BrokenPipeError, ValueError):
            pytorch.cache_clear()
            raise AssertionError(f"PyTorch's process has ended with {self.process.wait()}, running {request}")
        if problem:
            raise AssertionError(problem)


@functools.lru_cache(maxsize=None)
def pytorch():
    return PyTorch()


def run(paths, inputs):
    """For each saved model its outputs, as a list; in a process that has seen nothing but PyTorch."""
    return run_each(paths, [inputs] * len(paths))


def run_each(paths, inputs):
    """The same with inputs of its own for each model."""
    with tempfile.TemporaryDirectory() as folder:
        given, made = os.path.join(folder, "inputs"), os.path.join(folder, "outputs")
        torch.save(list(inputs), given)
        pytorch().ask(given, made, list(paths))
        return torch.load(made)


def report(folder):
    with open(os.path.join(folder, "report.json")) as file:
        return json.load(file)


def sqnr_db(reference, outputs):
    noise = sum(float(((r - y).double() ** 2).sum()) for r, y in zip(reference, outputs))
    signal = sum(float((r.double() ** 2).sum()) for r in reference)
    return float("inf") if noise == 0 else 10 * np.log10(signal / noise)
