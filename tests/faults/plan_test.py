"""Grids, engines, and files left behind."""
import re
import unittest
import zipfile

import numpy
import torch
from torch import nn

from harness import FaultTest, sqnr_db
from pictures import write_png


FAST = ["--blame-samples", "0"]


class Detector(nn.Module):
    """Boxes in pixels beside scores, as YOLO's head puts them; `join` is how."""

    def __init__(self, join):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.boxes, self.scores = nn.Conv2d(16, 4, 1), nn.Conv2d(16, 4, 1)
        with torch.no_grad():
            self.boxes.weight *= 300
        self.join = join

    def forward(self, x):
        x = torch.relu(self.stem(x))
        return self.join(torch.relu(self.boxes(x)), torch.sigmoid(self.scores(x)))


JOINS = {
    "cat": lambda boxes, scores: torch.cat([boxes, scores], 1),
    "cat, moved": lambda boxes, scores: torch.cat([boxes.flatten(2), scores.flatten(2)], 1).transpose(1, 2),
    "stack": lambda boxes, scores: torch.stack([boxes, scores], 1).flatten(1, 2),
    "where": lambda boxes, scores: torch.where(torch.arange(8).view(1, 8, 1, 1) < 4, torch.cat([boxes, boxes], 1),
                                               torch.cat([scores, scores], 1)),
}


class Slices(Detector):
    def __init__(self):
        super().__init__(None)

    def forward(self, x):
        x = torch.relu(self.stem(x))
        y = torch.empty(x.shape[0], 8, x.shape[2], x.shape[3])
        y[:, :4] = torch.relu(self.boxes(x))
        y[:, 4:] = torch.sigmoid(self.scores(x))
        return y


def kept(report):
    """Operators that stay float for their operands' sizes."""
    return {layer["site"]: layer["reason"] for layer in report["layers"]
            if " would have " in (layer["reason"] or "")}


def reasons(report):
    return "; ".join(layer["reason"] or "" for layer in report["layers"])


class OneGrid(FaultTest):
    def setUp(self):
        super().setUp()
        self.x = torch.rand(32, 3, 16, 16)

    def quantize(self, model, *words, out="out"):
        return self.job("ptq", self.trace(model, self.x[:2]), self.npz(x=self.x), *FAST, *words, out=out)[0]

    def worst_part_db(self, model, axis=1):
        """SQNR of boxes and of scores, whichever is lower."""
        with torch.no_grad():
            expected = model(self.x)
        got = self.run_file(self.folder / "out/model.int8.pt", self.x)[0]
        parts = zip(expected.split(4, axis), got.split(4, axis))
        return min(sqnr_db(a, b) for a, b in parts)

    def test_scores_beside_boxes_keep_their_values(self):
        for name, join in JOINS.items():
            with self.subTest(name):
                model = Detector(join)
                report = self.quantize(model)
                self.assertGreater(self.worst_part_db(model, axis=2 if name == "cat, moved" else 1), 25)
                if name.startswith("cat"):
                    self.assertRegex(kept(report)["cat"], "^on one grid with the rest, .* would have .* steps for its ")
        model = Slices()
        self.quantize(model)
        self.assertGreater(self.worst_part_db(model), 25)

    def test_the_same_is_decided_without_data_and_in_training(self):
        model = Detector(JOINS["cat"])
        self.quantize(model, "--improve", "none")
        expected = self.members(self.folder / "out/model.int8.pt")
        for flag in "--from-calibration", "--merge-calibration":
            self.qtool("ptq", self.path("model.pt"), flag, self.path("out/calibration.json"), "-o", self.path("again"))
            self.assertEqual(self.members(self.folder / "again/model.int8.pt"), expected)
            self.assertEqual((self.folder / "again/calibration.json").read_bytes(),
                             (self.folder / "out/calibration.json").read_bytes())
        report, _ = self.job("qat", self.path("model.pt"), self.npz(x=self.x), "--epochs", "1", "--batch-size", "8",
                             *FAST)
        self.assertIn("cat", kept(report))
        self.assertGreater(self.worst_part_db(model), 20)

    def test_nor_does_a_layer_that_reads_such_a_cat(self):
        class Head(Detector):
            def __init__(self):
                super().__init__(JOINS["cat"])
                self.head = nn.Conv2d(8, 4, 1)
                with torch.no_grad():
                    self.head.weight[:, :4] = 0

            def forward(self, x):
                return self.head(torch.max_pool2d(super().forward(x), 2))

        model = Head()
        report = self.quantize(model)
        self.assertEqual(list(kept(report)), ["cat", "head"])
        self.assertGreater(self.worst_part_db(model), 25)

    def test_a_layer_does_not_lose_what_a_cat_puts_beside_larger_values(self):
        class Positions(nn.Module):
            """A head that reads features, tens large, beside positions in -1 to 1."""

            def __init__(self):
                super().__init__()
                self.features, self.head = nn.Conv2d(3, 6, 1), nn.Conv2d(8, 4, 1)
                with torch.no_grad():
                    self.features.weight *= 200
                    self.head.weight[:, :6] = 0

            def forward(self, x):
                rows = torch.linspace(-1, 1, 16).view(1, 1, 16, 1).expand(x.size(0), 1, 16, 16)
                both = torch.cat([rows, rows.transpose(2, 3)], 1) * x[:, :1]
                return self.head(torch.cat([self.features(x), both], 1))

        model = Positions()
        report = self.quantize(model)
        self.assertRegex(kept(report)["head"], "^on its input's grid, with the rest of cat")
        with torch.no_grad():
            expected = model(self.x)
        self.assertGreater(sqnr_db(expected, self.run_file(self.folder / "out/model.int8.pt", self.x)[0]), 40)

    def test_ordinary_residuals_and_branches_stay_int8(self):
        class Branches(nn.Module):
            def __init__(self):
                super().__init__()
                self.a, self.b = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(3, 8, 1)
                self.c = nn.Conv2d(16, 16, 3, padding=1)

            def forward(self, x):
                x = torch.cat([torch.relu(self.a(x)), torch.relu(self.b(x))], 1)
                return torch.relu(self.c(x)) + x

        report = self.quantize(Branches())
        self.assertEqual([layer["site"] for layer in report["layers"] if not layer["scheme"]], [])


class Engines(FaultTest):
    def test_a_file_for_fbgemm_is_right_under_the_other_engines(self):
        model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ConvTranspose2d(8, 12, 3), nn.ReLU(), nn.Conv2d(12, 4, 1))
        x = torch.randn(16, 3, 12, 12)
        report, _ = self.job("ptq", self.trace(model, x), self.npz(x=x), "--engine", "fbgemm", *FAST)
        self.assertIn("differ in number", reasons(report))
        with torch.no_grad():
            expected = model(x)
        for engine in torch.backends.quantized.supported_engines:
            if engine in ("x86", "fbgemm", "onednn"):
                torch.backends.quantized.engine = engine
                got = self.run_file(self.folder / "out/model.int8.pt", x)[0]
                self.assertGreater(sqnr_db(expected, got), 25, engine)


def with_code(path, new_path, old, new):
    """Copies a model's file, with `new` for `old` (a pattern) in its code."""
    changes = 0
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(new_path, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith(".py"):
                data, count = re.subn(old, new, data)
                changes += count
            target.writestr(name, data)
    assert changes > 0
    return new_path


class FilesLeftBehind(FaultTest):
    def files(self, out="out"):
        folder = self.folder / out
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) if folder.exists() else []

    def pictures(self):
        for label in "ab":
            for i in range(4):
                for split in "train", "test":
                    write_png(self.folder / "data" / split / label / f"{i}.png",
                              numpy.full((8, 8, 3), [60 * i, 100, 50 * (label == "b")], numpy.uint8))
        return self.path("data")

    def test_a_bad_test_split_leaves_nothing_of_its_run_and_all_of_an_earlier_one(self):
        model = self.trace(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(4 * 36, 2)),
                           torch.rand(2, 3, 8, 8))
        data = self.pictures()
        tasks = {"ptq": FAST, "qat": ["--epochs", "1", "--batch-size", "4", *FAST]}
        for task, words in tasks.items():
            self.job(task, model, "images:" + data, *words, out=task)
        before = {task: {name: (self.folder / task / name).read_bytes() for name in self.files(task) if "." in name}
                  for task in tasks}
        (self.folder / "data/test/b/2.png").write_bytes(b"no picture")
        for task, words in tasks.items():
            with self.subTest(task):
                done = self.qtool(task, model, "--data", "images:" + data, *words, "-o", self.path("new_" + task),
                                  code=2)
                self.assertIn("2.png", done.stderr)
                left = [name for name in self.files("new_" + task)
                        if name.endswith((".int8.pt", ".fakequant.pt", ".yaml"))]
                self.assertEqual(left, [])
                self.assertEqual([name for name in self.files("new_" + task) if "unverified" in name], [])
                self.qtool(task, model, "--data", "images:" + data, *words, "-o", self.path(task), code=2)
                for name, content in before[task].items():
                    if not name.startswith(("checkpoints", "history")):
                        self.assertEqual((self.folder / task / name).read_bytes(), content, name)

    def test_a_stride_beyond_32_bits_stays_float(self):
        model = nn.Sequential(nn.Conv2d(3, 4, 3, stride=(7, 2)), nn.ReLU(), nn.Conv2d(4, 4, 1))
        path = with_code(self.script(model), self.path("huge.pt"), rb"\[7, 2\]", b"[9223372036854775807, 2]")
        x = torch.randn(16, 3, 8, 8)
        report, _ = self.job("ptq", path, self.npz(x=x), *FAST)
        self.assertIn("32 bits", reasons(report))
        self.assertEqual(self.run_file(self.folder / "out/model.int8.pt", x)[0].shape, (16, 4, 1, 3))

    def test_modules_whose_names_are_not_ascii(self):
        class Named(nn.Module):
            def __init__(self):
                super().__init__()
                self.add_module("größe", nn.Conv2d(3, 4, 3))
                self.add_module("层", nn.Linear(4 * 36, 5))

            def forward(self, x):
                return getattr(self, "层")(torch.relu(getattr(self, "größe")(x)).flatten(1))

        x = torch.randn(16, 3, 8, 8)
        traced = self.trace(Named(), x)
        refused = self.qtool("ptq", traced, "--data", self.npz(x=x), "-o", self.path("out"), code=2)
        self.assertIn("not ASCII", refused.stderr)
        self.assertEqual(self.files(), [])
        # PyTorch writes the code wrongly; with the names as they are it can be read.
        path = with_code(traced, self.path("readable.pt"), rb'"gr[^"]*"', '"größe"'.encode())
        path = with_code(path, self.path("named.pt"), rb'"\\[^"]*"', '"层"'.encode())
        expected = self.run_file(path, x)[0]
        for task, words in {"ptq": FAST, "qat": ["--epochs", "1", "--batch-size", "8", *FAST]}.items():
            self.job(task, path, self.npz(x=x), *words, out=task)
            for name in "model.int8.pt", "model.fakequant.pt":
                self.assertGreater(sqnr_db(expected, self.run_file(self.folder / task / name, x)[0]), 15)


if __name__ == "__main__":
    unittest.main()
