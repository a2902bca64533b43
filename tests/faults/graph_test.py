"""The program that a file holds keeps its meaning: dtypes, branches, lists, modes, methods and what else is in the
file."""
import json
import unittest
import zipfile
from typing import Dict, List

import torch
from torch import nn
from torch.nn import functional as F

from harness import FaultTest, sqnr_db

LEAST_SQNR_DB = 20


class GraphTest(FaultTest):
    """Two convolutions around what a subclass of nn.Module does between."""

    def images(self, samples=32, channels=3):
        return torch.randn(samples, channels, 8, 8)

    def same_in_int8(self, model, x, how="script", words=()):
        """Checks that the int8 file and the simulated one compute what the float model does; the report."""
        path = self.script(model) if how == "script" else self.trace(model, x)
        report, done = self.job("ptq", path, self.npz(x=x), "--quiet", *words)
        with torch.no_grad():
            expected = model(x)
        expected = expected if isinstance(expected, (tuple, list)) else [expected]
        for name in ("model.int8.pt", "model.fakequant.pt"):
            for reference, output in zip(expected, self.run_file(self.folder / "out" / name, x)):
                self.assertEqual(output.dtype, reference.dtype)
                self.assertGreater(sqnr_db(reference.float(), output.float()), LEAST_SQNR_DB, name)
        return report, done


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 1)


class ZerosLikeIt(Reader):
    def forward(self, x):
        y = self.first(x)
        return self.second(y) + torch.zeros(8, 1, 1, dtype=y.dtype)


class CastToIt(Reader):
    def forward(self, x):
        y = self.first(x)
        z = torch.softmax(y.double(), 1).to(y.dtype)
        return self.second(z) * 4


class SetsWhereSmall(Reader):
    def forward(self, x):
        y = self.first(x)
        y[y < 0.25] = 0.25
        return self.second(y)


class Branches(Reader):
    def forward(self, x):
        y = self.first(x)
        if y.dtype == torch.float32:
            return self.second(y)
        return torch.zeros_like(y)


class BranchesInside(Reader):
    def forward(self, x):
        y = self.first(x)
        if bool(x.sum() > -1e9):
            if y.is_floating_point() and y.dtype == torch.float32:
                y = y * torch.full([1], 2.0, dtype=y.dtype)
            else:
                y = y * 0.0
        return self.second(y)


class OtherReaders(Reader):
    def forward(self, x):
        y = self.first(x)
        a = torch.arange(8).type_as(y)[:, None, None]
        b = torch.arange(8).to(y)[:, None, None]
        c = y.new_zeros([1]) + torch.zeros_like(y) + y.new_full([1], 0.5) + torch.empty_like(y).fill_(0.25)
        return self.second(y) + a - b + c


class Dtypes(GraphTest):
    def test_what_a_program_reads_of_a_tensor_is_that_of_the_float_model(self):
        for kind in (ZerosLikeIt, CastToIt, SetsWhereSmall, Branches, BranchesInside, OtherReaders):
            with self.subTest(kind=kind.__name__):
                report, _ = self.same_in_int8(kind().eval(), self.images())
                self.assertGreater(report["accuracy"]["ladder"][-1]["sqnr_db"], LEAST_SQNR_DB)

    def test_scripted_gru_behind_a_convolution(self):
        class Sound(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv, self.gru, self.head = nn.Conv1d(4, 8, 3), nn.GRU(8, 16, batch_first=True), nn.Linear(16, 4)

            def forward(self, x):
                return self.head(self.gru(self.conv(x).transpose(1, 2))[0][:, -1])

        self.same_in_int8(Sound().eval(), torch.randn(32, 4, 20))


class Lists(GraphTest):
    def test_a_list_that_int8_and_float_operators_read(self):
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.a, self.b = nn.Conv2d(3, 8, 3), nn.Conv2d(3, 8, 3)

            def forward(self, x):
                f = [self.a(x), self.b(x)]
                return torch.cat(f, 1), torch.stack(f, 1)

        for how in ("script", "trace"):
            self.same_in_int8(Net().eval(), self.images(), how)

    def test_a_list_that_grows_in_an_if(self):
        class Net(Reader):
            def forward(self, x):
                y = self.first(x)
                f = [y, self.second(y)]
                if bool(x.sum() > -1e9):
                    f.append(torch.tanh(y))
                return torch.cat(f, 1)

        self.same_in_int8(Net().eval(), self.images())


class Modes(GraphTest):
    def trained(self):
        model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Dropout(0.5), nn.Flatten(),
                              nn.Linear(288, 4))
        for _ in range(100):
            model(self.images())
        return model

    def test_a_trace_made_in_training_mode(self):
        model, x = self.trained(), self.images()
        torch.jit.trace(model, x, check_trace=False).save(self.path("training.pt"))
        data = self.npz(x=x)
        for words in (["inspect", self.path("training.pt")],
                      ["eval", self.path("training.pt"), "--data", data, "--against", self.path("training.pt")],
                      ["bench", self.path("training.pt"), "--data", data, "--batch", 1, "--runs", 3]):
            said = self.qtool(*words).stderr
            for part in ("training mode", "dropout (1", "batch_norm (1", "model.eval()"):
                self.assertIn(part, said)
        for task, words in (("ptq", ()), ("qat", ("--epochs", "1"))):
            report, done = self.job(task, self.path("training.pt"), data, *words)
            self.assertTrue(any("training mode" in warning for warning in report["warnings"]), report["warnings"])
            self.assertIn("training mode", done.stderr)
        with torch.no_grad():
            expected = model.eval()(x)
        report, _ = self.job("ptq", self.path("training.pt"), data)
        ladder = {rung["name"]: rung for rung in report["accuracy"]["ladder"]}
        self.assertGreater(ladder["folded"]["sqnr_db"] or 999, 100)
        self.assertGreater(sqnr_db(expected, self.run_file(self.folder / "out/model.int8.pt", x)[0]), LEAST_SQNR_DB)

    def test_dropout_that_a_script_leaves_on(self):
        class Net(Reader):
            def forward(self, x):
                return self.second(F.dropout(self.first(x), 0.5))

        report, _ = self.job("ptq", self.script(Net()), self.npz(x=self.images()))
        self.assertTrue(any("training mode" in warning for warning in report["warnings"]), report["warnings"])
        self.assertGreater(report["accuracy"]["ladder"][-1]["sqnr_db"], LEAST_SQNR_DB)

    def test_random_operators_are_said(self):
        class Net(Reader):
            def forward(self, x):
                return self.second(self.first(x)) + torch.rand_like(x[:, :1, :6, :6])

        self.assertIn("random numbers: rand_like", self.qtool("inspect", self.script(Net())).stderr)

    def test_a_model_in_eval_mode_is_said_nothing_of(self):
        x = self.images()
        for path in (self.script(self.trained(), "script.pt"), self.trace(self.trained(), x, name="trace.pt")):
            self.assertNotIn("training mode", self.qtool("inspect", path).stderr)

    def test_no_grad_is_no_state(self):
        class Net(Reader):
            def forward(self, x):
                with torch.no_grad():
                    y = self.first(x)
                    with torch.no_grad():
                        return self.second(y)

        report, _ = self.same_in_int8(Net().eval(), self.images())
        self.assertGreaterEqual(len([row for row in report["layers"] if row["site"].endswith(":weight")]), 2)

    def test_a_device_that_is_written_in_the_code(self):
        class Net(Reader):
            def forward(self, x):
                y = self.second(self.first(x))
                return y.to("cuda") + torch.zeros(8, 1, 1, device=torch.device("cuda:0"))

        path, x = self.script(Net()), self.images()
        report, _ = self.job("ptq", path, self.npz(x=x))
        self.assertTrue(any("the device cuda" in warning for warning in report["warnings"]), report["warnings"])
        self.assertEqual(self.run_file(self.folder / "out/model.int8.pt", x)[0].device.type, "cpu")


class Spellings(GraphTest):
    def test_padding_by_name_traced(self):
        model = nn.Sequential(nn.Conv2d(3, 8, 3, padding="same"), nn.ReLU(), nn.Conv2d(8, 8, (2, 4), padding="same"),
                              nn.ReLU(), nn.Conv2d(8, 4, 3, padding="same", dilation=2),
                              nn.Conv2d(4, 4, 3, padding="valid"))
        report, _ = self.same_in_int8(model.eval(), self.images(), "trace")
        self.assertEqual(len([row for row in report["layers"] if row["site"].endswith(":weight")]), 4)
        rows = nn.Sequential(nn.Conv1d(3, 8, 5, padding="same"), nn.ReLU(), nn.Conv1d(8, 8, 4, padding="same"))
        report, _ = self.same_in_int8(rows.eval(), torch.randn(32, 3, 20), "trace")
        self.assertEqual(len([row for row in report["layers"] if row["site"].endswith(":weight")]), 2)

    def test_qat_of_a_frozen_batch_norm(self):
        model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Flatten(), nn.Linear(288, 4))
        for _ in range(100):
            model(self.images())
        torch.jit.freeze(torch.jit.script(model.eval()), optimize_numerics=False).save(self.path("frozen.pt"))
        x = self.images()
        report, _ = self.job("qat", self.path("frozen.pt"), self.npz(x=x), "--epochs", "1")
        self.assertGreater(report["accuracy"]["ladder"][-1]["sqnr_db"], LEAST_SQNR_DB)

    def test_a_file_of_optimize_for_inference(self):
        model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU()).eval()
        torch.jit.optimize_for_inference(torch.jit.script(model)).save(self.path("optimized.pt"))
        said = self.qtool("inspect", self.path("optimized.pt"), code=2).stderr
        self.assertIn("optimize_for_inference", said)
        self.assertNotIn("truncated", said)

    def test_inspect_shows_its_table_where_nothing_can_be_quantized(self):
        path = self.script(nn.Sequential(nn.ReLU(), nn.Sigmoid()))
        done = self.qtool("inspect", path)
        self.assertIn("aten::relu", done.stdout)
        self.assertIn("nothing in this model can be quantized as asked: 2 operators, no convolution", done.stderr)
        self.assertEqual(len(json.loads(self.qtool("inspect", path, "--json").stdout)["sites"]), 2)
        self.assertIn("no convolution or linear layer",
                      self.job("ptq", path, self.npz(x=self.images()), code=3)[1].stderr)


class Detector(nn.Module):
    names: Dict[int, str]
    stride: torch.Tensor

    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 4, 1))
        self.names, self.stride, self.task = {0: "cat", 1: "dog"}, torch.tensor([8.0, 16.0]), "detect"

    @torch.jit.export
    def name(self, i: int) -> str:
        return self.names[i]

    @torch.jit.export
    def labels(self, upper: bool = False) -> List[str]:
        return [n.upper() if upper else n for n in self.names.values()]

    @torch.jit.export
    def features(self, x):
        return self.backbone(x) * 2

    def forward(self, x):
        return self.backbone(x)


class Contents(GraphTest):
    def test_extra_files_attributes_and_methods(self):
        path = self.path("detector.pt")
        torch.jit.save(torch.jit.script(Detector().eval()), path,
                       _extra_files={"config.txt": "imgsz: 8", "a/b.bin": b"\0\xff"})
        data = self.npz(x=self.images())
        for task, words in (("ptq", ()), ("qat", ("--epochs", "1"))):
            report, done = self.job(task, path, data, *words, out=task)
            left = [warning for warning in report["warnings"] if "features()" in warning]
            self.assertEqual(len(left), 1, report["warnings"])
            self.assertIn("features()", done.stderr)
            for file in ("model.int8.pt", "model.fakequant.pt"):
                extra = {"config.txt": "", "a/b.bin": ""}
                model = torch.jit.load(self.path(f"{task}/{file}"), _extra_files=extra)
                self.assertEqual(extra, {"config.txt": b"imgsz: 8", "a/b.bin": b"\0\xff"})
                self.assertEqual((model.names, model.task, model.stride.tolist()),
                                 ({0: "cat", 1: "dog"}, "detect", [8, 16]))
                self.assertEqual((model.name(1), model.labels(), model.labels(True)),
                                 ("dog", ["cat", "dog"], ["CAT", "DOG"]))
                self.assertFalse(hasattr(model, "features"))
        self.assertIn("features()", self.qtool("inspect", path).stderr)
        # And again from what qtool wrote.
        self.job("qat", self.path("ptq/model.fakequant.pt"), data, "--epochs", "1", out="again")
        with zipfile.ZipFile(self.path("again/model.int8.pt")) as archive:
            self.assertTrue(any(name.endswith("extra/config.txt") for name in archive.namelist()))


if __name__ == "__main__":
    unittest.main()
