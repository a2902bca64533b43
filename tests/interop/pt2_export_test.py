"""Programs for torch.export that qtool writes: PyTorch loads them, and they compute what the simulation does."""
import os
import shutil
import sysconfig
import unittest

import torch
import torch.ao.quantization.fx._decomposed  # noqa: F401, the operators of the steps
from torch import nn

import client
import networks
from pt2_test import Exported as Fixture, Tied, TwoByName

TARGETS = ["inductor", "executorch"]
NETWORKS = ["residual", "mobile", "transformer", "encoder", "two_inputs", "two_outputs", "shuffled", "dense", "unet"]
LEAST_SQNR_DB = 50  # where what comes out is no grid


class Attention(nn.Module):
    """A block as vision transformers have it, its batch and sequence in the shapes that it computes."""
    def __init__(self):
        super().__init__()
        self.norm, self.qkv, self.out = nn.LayerNorm(16), nn.Linear(16, 48), nn.Linear(16, 16)
        self.up, self.down = nn.Linear(16, 32), nn.Linear(32, 16)

    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(b, n, 3, 4, c // 4).permute(2, 0, 3, 1, 4).unbind(0)
        x = x + self.out(nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, n, c))
        return x + self.down(nn.functional.gelu(self.up(x)))


def steps_behind(program):
    """For each output the scale of the grid that it lies on, or None."""
    scales = []
    for value in program.graph.output_node().args[0]:
        on_grid = value.op == "call_function" and "dequantize" in str(value.target)
        scales.append(value.args[1] if on_grid else None)
    return scales


def flat(answer):
    if isinstance(answer, dict):
        return list(answer.values())
    return list(answer) if isinstance(answer, tuple) else [answer]


class Written(Fixture):
    def write(self, model, data, out):
        self.qtool("ptq", model, "--data", data, "-o", self.path(out), "--target", "libtorch," + ",".join(TARGETS),
                   "--blame-samples", "0", "--quiet")
        return {target: os.path.join(self.path(out), "model.%s.pt2" % target) for target in TARGETS}

    def check_same(self, path, simulated, inputs):
        program = torch.export.load(path)
        with torch.no_grad():
            got, wanted = flat(program.module()(*inputs)), flat(simulated(*inputs))
        self.assertEqual(len(got), len(wanted))
        for scale, a, b in zip(steps_behind(program), got, wanted):
            if scale is None:
                noise = (a - b).square().mean()
                self.assertTrue(noise == 0 or 10 * torch.log10(b.square().mean() / noise) > LEAST_SQNR_DB)
            else:
                self.assertLess(float((a - b).abs().max()), 1.01 * scale)
        return program

    def check_all(self, model, inputs, paths, out):
        simulated = torch.jit.load(os.path.join(self.path(out), "model.fakequant.pt"))
        for target, path in paths.items():
            with self.subTest(target=target):
                self.check_same(path, simulated, inputs)
                self.check_same(path, simulated, [x[:5] for x in inputs])
                self.check_no_float_weights(path, model)

    def check_no_float_weights(self, path, model):
        program = torch.export.load(path)
        floats = {name for name, value in program.state_dict.items() if value.dtype == torch.float32}
        layers = {name + ".weight" for name, layer in model.named_modules()
                  if isinstance(layer, (nn.Conv2d, nn.Linear))}
        self.assertFalse(floats & layers)

    def test_networks_from_both_kinds_of_file(self):
        for name in NETWORKS:
            program, inputs, reference, data = self.prepare(name)
            model, _ = client.make(name)
            for kind, path in {"pt2": self.save(program), "torchscript": reference}.items():
                with self.subTest(name, kind=kind):
                    self.check_all(model, inputs, self.write(path, data, name + kind), name + kind)

    def test_symbols_and_samples_stay(self):
        model, x = Attention().eval(), torch.randn(6, 5, 16)
        dims = {0: torch.export.Dim("batch", min=2, max=64), 1: torch.export.Dim("length", max=32)}
        path = self.save(torch.export.export(model, (x,), dynamic_shapes=(dims,)))
        client.save_inputs([torch.randn(16, 5, 16)], self.path("x.npz"))
        paths = self.write(path, "npz:" + self.path("x.npz"), "out")
        simulated = torch.jit.load(os.path.join(self.path("out"), "model.fakequant.pt"))
        for target, path in paths.items():
            with self.subTest(target):
                program = self.check_same(path, simulated, [torch.randn(3, 7, 16)])
                before = torch.export.load(self.path("model.pt2"))
                self.assertEqual(program.range_constraints, before.range_constraints)
                self.assertTrue(torch.equal(program.example_inputs[0][0], x))
                with self.assertRaises(Exception):
                    program.module()(torch.randn(65, 7, 16))

    def test_dicts_and_tied_weights(self):
        for kind in (TwoByName, Tied):
            torch.manual_seed(0)
            model, x = kind().eval(), torch.randn(8, 4)
            paths = self.write(self.save(client.export(model, [x])), "random:4,samples=16,seed=1", kind.__name__)
            self.check_all(model, [x], paths, kind.__name__)
            if kind is TwoByName:
                answer = torch.export.load(paths["inductor"]).module()(x)
                self.assertEqual(list(answer), ["kind", "hidden"])

    def test_bytes_are_the_same_each_time(self):
        program, _, _, data = self.prepare("perceptron")
        path = self.save(program)
        first, second = self.write(path, data, "first"), self.write(path, data, "second")
        for target in TARGETS:
            with open(first[target], "rb") as a, open(second[target], "rb") as b:
                self.assertEqual(a.read(), b.read())

    @unittest.skipUnless(shutil.which("g++"), "no compiler")
    @unittest.skipUnless(os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")), "no Python.h")
    def test_inductor_fuses(self):
        import torch._inductor.config
        from torch._inductor.utils import run_and_get_code
        torch.manual_seed(0)
        model = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 16, 3, padding=1), nn.ReLU(),
                              nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10)).eval()
        x = torch.randn(16, 3, 8, 8)
        client.save_inputs([x], self.path("x.npz"))
        paths = self.write(self.save(client.export(model, [x])), "npz:" + self.path("x.npz"), "out")
        program = torch.export.load(paths["inductor"])
        simulated = torch.jit.load(os.path.join(self.path("out"), "model.fakequant.pt"))
        with torch.no_grad(), torch._inductor.config.patch(freezing=True):
            answer, code = run_and_get_code(torch.compile(program.module()), x)
        text = "".join(code)
        self.assertEqual(text.count("torch.ops.onednn.qconv_pointwise"), 2, text)
        self.assertEqual(text.count("torch.ops.onednn.qlinear_pointwise"), 1, text)
        self.assertLess(float((answer - simulated(x)).abs().max()), 1.01 * steps_behind(program)[0])


del Fixture

if __name__ == "__main__":
    unittest.main()
