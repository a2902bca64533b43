"""How data goes in: names, units, sizes of pictures, labels."""
import json
import struct

import numpy
import torch
from torch import nn
from torch.nn import functional as F

from harness import FaultTest
from pictures import Near, write_png

SAMPLES = 32


class Weighted(nn.Module):
    """Two inputs of one shape, of which the second is weak."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.fc = nn.Conv2d(3, 8, 3), nn.Conv2d(3, 8, 3), nn.Linear(8, 6)

    def forward(self, image, weight):
        return self.fc((F.relu(self.a(image)) * torch.sigmoid(self.b(weight))).mean([2, 3]))


class Bytes(nn.Module):
    """Takes pixels from 0 to 255 as bytes."""

    def __init__(self):
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 8, 3), nn.Linear(8, 6)

    def forward(self, x):
        return self.fc(F.relu(self.conv(x.float() / 255 - 0.5)).mean([2, 3]))


class Floats(Bytes):
    def forward(self, x):
        return self.fc(F.relu(self.conv(x)).mean([2, 3]))


def answers(model, *inputs):
    with torch.no_grad():
        return model.eval()(*inputs).argmax(1).numpy()


def top1(report, rung="float"):
    return next(step["values"]["top1"] for step in report["accuracy"]["ladder"] if step["name"] == rung)


def pil_resize(pixels, height, width):
    """What PIL's Image.resize(BILINEAR) gives, by Pillow's integer arithmetic (Resample.c,
    ImagingResampleHorizontal_8bpc)."""
    def along_first(rows, size):
        scale = len(rows) / size
        support = max(scale, 1)
        result = numpy.zeros((size, *rows.shape[1:]), numpy.uint8)
        for i in range(size):
            centre = (i + 0.5) * scale
            first, last = max(int(centre - support + 0.5), 0), min(int(centre + support + 0.5), len(rows))
            weights = [max(0, 1 - abs((k - centre + 0.5) / support)) for k in range(first, last)]
            total = sum(weights)
            sums = 1 << 21
            for k, weight in zip(range(first, last), weights):
                sums = sums + rows[k].astype(numpy.int64) * int(0.5 + weight / total * (1 << 22))
            result[i] = numpy.clip(sums >> 22, 0, 255)
        return result
    across = along_first(pixels.transpose(1, 0, 2), width)
    return along_first(across.transpose(1, 0, 2), height)


class Names(FaultTest):
    def setUp(self):
        super().setUp()
        net = Weighted()
        self.image, self.weight = torch.randn(SAMPLES, 3, 8, 8), torch.randn(SAMPLES, 3, 8, 8)
        self.labels = answers(net, self.image, self.weight)
        self.assertFalse((answers(net, self.weight, self.image) == self.labels).all())
        self.model = self.script(net)
        # The other way round in the file.
        self.data = self.npz(weight=self.weight, image=self.image, labels=self.labels)

    def test_ptq_and_what_it_wrote(self):
        report, _ = self.job("ptq", self.model, self.data)
        self.assertEqual(top1(report), 100)
        self.assertEqual([entry["name"] for entry in report["data"]["inputs"]], ["image", "weight"])
        for name in ("model.int8.pt", "model.fakequant.pt"):
            done = self.qtool("eval", self.folder / "out" / name, "--data", self.data, "--against", self.model,
                              "--json")
            self.assertGreater(json.loads(done.stdout)["agreement"]["sqnr_db"], 15, name)

    def test_qat(self):
        report, _ = self.job("qat", self.model, self.data, "--epochs", 1, "--batch-size", 8)
        self.assertEqual(top1(report), 100)

    def test_eval_bench_inspect(self):
        done = self.qtool("eval", self.model, "--data", self.data, "--json")
        self.assertEqual(json.loads(done.stdout)["model"]["values"]["top1"], 100)
        self.qtool("bench", self.model, "--data", self.data, "--batch", 1)
        done = self.qtool("inspect", self.model, "--data", self.data, "--json")
        self.assertEqual([entry["name"] for entry in json.loads(done.stdout)["data"]["inputs"]], ["image", "weight"])

    def test_a_saved_dict(self):
        torch.save({"weight": self.weight, "image": self.image, "labels": torch.as_tensor(self.labels)},
                   self.path("x.pth"))
        done = self.qtool("eval", self.model, "--data", "tensors:" + self.path("x.pth"), "--json")
        self.assertEqual(json.loads(done.stdout)["model"]["values"]["top1"], 100)

    def test_where_no_name_fits_the_order_counts_and_is_told(self):
        data = self.npz("order.npz", p=self.image, q=self.weight, labels=self.labels)
        report, done = self.job("ptq", self.model, data)
        self.assertEqual(top1(report), 100)
        told = [text for text in report["warnings"] if "p is image, q is weight" in text]
        self.assertEqual(len(told), 1)
        self.assertEqual(done.stderr.count(told[0]), 1)
        for words in (["eval", self.model], ["bench", self.model, "--batch", 1], ["inspect", self.model]):
            self.assertIn("p is image, q is weight", self.qtool(*words, "--data", data).stderr)

    def test_names_that_fit_partly_are_refused_everywhere(self):
        for arrays, said in (({"image": self.image, "w": self.weight}, "no array for the input 'weight'"),
                             ({"image": self.image}, "no array for the input 'weight'"),
                             ({"image": self.image, "weight": self.weight, "mask": self.image},
                              "no input for the array 'mask'"),
                             ({"p": self.image, "q": self.image, "r": self.image}, "3 from the data: p, q, r")):
            data = self.npz("bad.npz", **arrays, labels=self.labels)
            for task in (["ptq", "-o", self.path("o")], ["qat", "-o", self.path("o")], ["eval"],
                         ["bench", "--batch", 1],
                         ["inspect"]):
                done = self.qtool(task[0], self.model, "--data", data, *task[1:], code=2)
                self.assertIn(said, done.stderr)
                self.assertIn("image, weight", done.stderr)


class Units(FaultTest):
    def setUp(self):
        super().setUp()
        self.pixels = torch.randint(0, 256, (SAMPLES, 3, 8, 8), dtype=torch.uint8)

    def test_bytes_stay_bytes_for_a_network_that_takes_them(self):
        net = Bytes()
        labels = answers(net, self.pixels)
        torch.save([self.pixels], self.path("x.pth"))
        numpy.save(self.path("x.npy"), self.pixels.numpy())
        model = self.script(net)
        report, _ = self.job("ptq", model, self.npz(x=self.pixels, labels=labels))
        self.assertEqual(top1(report), 100)
        self.assertEqual(report["data"]["inputs"][0]["dtype"], "uint8")
        self.assertEqual(report["data"]["inputs"][0]["high"], int(self.pixels.max()))
        for data in ("tensors:" + self.path("x.pth"), "npy:" + self.path("x.npy")):
            report, _ = self.job("ptq", model, data, out=data[:3])
            self.assertEqual(report["data"]["inputs"][0]["dtype"], "uint8")

    def test_scale_divides(self):
        net = Floats()
        labels = answers(net, self.pixels / 255)
        report, _ = self.job("ptq", self.script(net), self.npz(x=self.pixels, labels=labels) + ",scale=255")
        self.assertEqual(top1(report), 100)
        arrived = report["data"]["inputs"][0]
        self.assertEqual((arrived["name"], arrived["dtype"], arrived["shape"]), ("x", "float32", [3, 8, 8]))
        self.assertAlmostEqual(arrived["mean"], float((self.pixels / 255.).mean()), 4)
        self.assertEqual(arrived["first_reader"], "conv takes 3 channels")
        text = (self.folder / "out" / "report.md").read_text()
        self.assertIn("conv takes 3 channels", text)

    def test_mean_and_std_are_of_pixels_from_0_to_1_or_say_so(self):
        net = Floats()
        data = self.npz(x=self.pixels, labels=answers(net, (self.pixels / 255 - 0.5) / 0.25))
        done = self.qtool("eval", self.script(net), "--data", data + ",mean=0.5,std=0.25", "--json")
        self.assertEqual(json.loads(done.stdout)["model"]["values"]["top1"], 100)
        done = self.qtool("eval", self.path("model.pt"), "--data", data + ",scale=1,mean=127.5,std=63.75", "--json")
        self.assertEqual(json.loads(done.stdout)["model"]["values"]["top1"], 100)
        done = self.qtool("eval", self.path("model.pt"), "--data", data + ",mean=127.5,std=63.75", code=2)
        self.assertIn("add scale=1", done.stderr)

    def test_a_network_of_floats_that_gets_bytes_is_told_of_scale(self):
        done = self.qtool("ptq", self.script(Floats()), "--data", self.npz(x=self.pixels), "-o", self.path("o"), code=2)
        self.assertIn("scale=255", done.stderr)


class Pictures(FaultTest):
    def check_resized(self, height, width, side):
        """Smooth and noisy pictures, brought to `side`, are those of PIL and of torchvision, within 1/255."""
        random = numpy.random.default_rng(0)
        smooth = numpy.add.outer(numpy.arange(height) * 3, numpy.arange(width) * 5)[:, :, None] * [1, 2, 3]
        pictures = [random.integers(0, 256, (height, width, 3)), smooth % 256]
        for i, picture in enumerate(pictures):
            write_png(self.folder / "images" / "a" / f"{i}.png", picture.astype(numpy.uint8))
        size = (side, side * width // height) if height < width else (side * height // width, side)
        for by in ("PIL", "torchvision"):
            known = []
            for picture in pictures:
                picture = picture.astype(numpy.uint8)
                if by == "PIL":
                    known.append(torch.from_numpy(pil_resize(picture, *size)).permute(2, 0, 1) / 255)
                else:  # torchvision.transforms.v2.functional.resize of a float tensor
                    x = torch.from_numpy(picture).permute(2, 0, 1) / 255
                    known.append(F.interpolate(x[None], size, mode="bilinear", antialias=True)[0])
            model = self.script(Near(torch.stack(known)), f"{by}.pt")
            done = self.qtool("eval", model, "--data", f"images:{self.folder}/images,resize={side}", "--json")
            self.assertEqual(json.loads(done.stdout)["model"]["values"]["top1"], 100, by)

    def test_drawn_smaller(self):
        self.check_resized(97, 61, 24)

    def test_drawn_smaller_by_little(self):
        self.check_resized(40, 53, 37)

    def test_drawn_larger(self):
        self.check_resized(11, 17, 32)

    def test_a_path_with_a_comma(self):
        write_png(self.folder / "a, b" / "a" / "0.png", numpy.zeros((4, 4, 3), numpy.uint8))
        model = self.script(Near(torch.zeros(1, 3, 4, 4)))
        done = self.qtool("eval", model, "--data", "images:" + self.path("a, b").replace(",", "\\,"), "--json")
        self.assertEqual(json.loads(done.stdout)["model"]["values"]["top1"], 100)

    def test_what_a_folder_leaves_out_is_told_once(self):
        for name in "ab":
            for i in range(4):
                pixels = numpy.random.default_rng(i).integers(0, 256, (8, 8, 3))
                write_png(self.folder / "images" / name / f"{i}.png", pixels.astype(numpy.uint8))
        (self.folder / "images" / "a" / "notes.txt").write_text("hello")
        (self.folder / "images" / "b" / ".DS_Store").write_text("")
        report, done = self.job("ptq", self.script(Floats()), "images:" + self.path("images"))
        self.assertEqual(len(report["data"]["notes"]), 1)
        note = report["data"]["notes"][0]
        self.assertIn("2 entries", note)
        self.assertIn("a/notes.txt", note)
        self.assertEqual(done.stderr.count(note), 1)
        # The folder's name may have a character that Markdown escapes.
        self.assertIn(note, (self.folder / "out" / "report.md").read_text().replace("\\", ""))
        for words in (["eval"], ["inspect"], ["bench", "--batch", 1],
                      ["train", "-o", self.path("trained"), "--epochs", 1, "--batch-size", 4]):
            done = self.qtool(words[0], self.path("model.pt"), "--data", "images:" + self.path("images"), *words[1:])
            self.assertEqual(done.stderr.count(note), 1, words)

    def test_what_unpacks_to_gigabytes_is_refused_before_memory_is_taken(self):
        model = self.script(Floats())
        numpy.savez_compressed(self.path("x.npz"), x=numpy.zeros((64, 1 << 20), numpy.uint8))
        done = self.qtool("inspect", model, "--data", "npz:" + self.path("x.npz") + ",max-mb=32", code=2)
        self.assertIn("too large when it is unpacked", done.stderr)
        self.assertIn("max-mb=65", done.stderr)
        path = self.folder / "images" / "a" / "0.png"
        write_png(path, numpy.zeros((8, 8, 3), numpy.uint8))
        data = path.read_bytes()
        path.write_bytes(data[:16] + struct.pack(">II", 60000, 60000) + data[24:])
        done = self.qtool("inspect", model, "--data", "images:" + self.path("images"), code=2)
        self.assertIn("too large when it is unpacked", done.stderr)
        self.assertIn("max-mb=", done.stderr)
        self.assertIn("0.png", done.stderr)


class Labels(FaultTest):
    def test_labels_from_one(self):
        class Four(Floats):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(8, 4)
        model = self.script(Four())
        x = torch.randn(SAMPLES, 3, 8, 8)
        data = self.npz(x=x, labels=numpy.arange(SAMPLES) % 4 + 1)
        for task in (["ptq", "-o", self.path("o")], ["qat", "-o", self.path("o"), "--epochs", 1, "--batch-size", 8],
                     ["train", "-o", self.path("o"), "--epochs", 1, "--batch-size", 8], ["eval"]):
            done = self.qtool(task[0], model, "--data", data, *task[1:], code=2)
            self.assertIn("label 4 at sample 3", done.stderr, task)

    def test_a_wrong_label_beyond_the_samples_that_are_looked_at(self):
        labels = numpy.arange(SAMPLES) % 6
        labels[SAMPLES - 1] = 6
        model, data = self.script(Floats()), self.npz(x=torch.randn(SAMPLES, 3, 8, 8), labels=labels)
        for task in (["ptq", "-o", self.path("o"), "--verify-samples", 8], ["eval", "--batch-size", 4],
                     ["train", "-o", self.path("o"), "--epochs", 1, "--batch-size", 4]):
            done = self.qtool(task[0], model, "--data", data, *task[1:], code=2)
            self.assertIn(f"label 6 at sample {SAMPLES - 1}", done.stderr, task)
        self.qtool("eval", model, "--data", f"{data},limit={SAMPLES - 1}")

    def test_labels_from_one_for_a_model_with_more_classes(self):
        net = Floats()
        x = torch.randn(64, 3, 8, 8) * torch.rand(64, 1, 1, 1) * 4
        net.fc.bias.data.copy_(-net.eval().fc(F.relu(net.conv(x)).mean([2, 3])).mean(0))
        net.fc.bias.data[5] = -100.
        labels = answers(net, x)
        self.assertGreater(len(set(labels)), 2)
        data = self.npz(x=x, labels=labels + 1)
        report, _ = self.job("ptq", self.script(net), data)
        told = [text for text in report["warnings"] if "count from 1" in text]
        self.assertEqual(len(told), 1)
        self.assertIn("64 are right where labels count from 1", told[0])
        self.assertIn(told[0], self.qtool("eval", self.path("model.pt"), "--data", data).stderr)
        report, _ = self.job("ptq", self.script(net), self.npz("good.npz", x=x, labels=labels), out="good")
        self.assertFalse([text for text in report["warnings"] if "count from 1" in text])


class Inputs(FaultTest):
    def test_inputs_that_are_no_tensor_are_refused_by_name_and_type(self):
        class Listed(Floats):
            def forward(self, xs: list[torch.Tensor]):
                return self.fc(F.relu(self.conv(xs[0])).mean([2, 3]))

        class Keyed(Floats):
            def forward(self, xs: dict[str, torch.Tensor]):
                return self.fc(F.relu(self.conv(xs["x"])).mean([2, 3]))

        class Called(Floats):
            def forward(self, x, n: str):
                return self.fc(F.relu(self.conv(x)).mean([2, 3])) * len(n)

        data = self.npz(x=torch.randn(SAMPLES, 3, 8, 8))
        for net, said in ((Listed, "xs: List[Tensor]"), (Keyed, "xs: Dict[str, Tensor]"), (Called, "n: str")):
            model = self.script(net())
            for task in (["ptq", "-o", self.path("o")], ["qat", "-o", self.path("o")], ["eval", "--against", model],
                         ["bench", "--batch", 1], ["inspect"]):
                done = self.qtool(task[0], model, "--data", data, *task[1:], code=2)
                self.assertIn(said, done.stderr)
                self.assertIn("no tensor", done.stderr)
            self.assertIn("default value", self.qtool("bench", model, "--shape", "3x8x8", code=2).stderr)
