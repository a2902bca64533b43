"""What has always worked, and must go on: networks as people spell them, pictures as cameras and programs write them,
files and runs as shells and editors make them."""
import json
import os
import subprocess
import unittest

import numpy
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import prune

from harness import FaultTest, sqnr_db
from pictures import Near, adobe, exif, write, write_flat_jpeg, write_png


class Form(nn.Module):
    """A convolution, and what a function makes of its output."""

    def __init__(self, function, channels=8):
        super().__init__()
        self.conv = nn.Conv2d(3, channels, 3, padding=1)
        self.function = function

    def forward(self, x):
        return self.function(self.conv(x))


class Side(nn.Module):
    """Networks side by side, each with an output of its own."""

    def __init__(self, forms):
        super().__init__()
        self.forms = nn.ModuleList(forms)

    def forward(self, x):
        return tuple(form(x) for form in self.forms)


class NetworkTest(FaultTest):
    def check(self, forms, least_db=24):
        """Each form's int8 output, as PyTorch computes it, is near its float output. Gives the int8 program."""
        net = Side(forms.values()).eval()
        x = torch.randn(24, 3, 8, 8)
        self.job("ptq", self.trace(net, x[:2]), self.npz(x=x), "--blame-samples", 0, "--verify-samples", 0)
        with torch.no_grad():
            expected = net(x)
        path = self.folder / "out" / "model.int8.pt"
        got = self.run_file(path, x)
        self.assertEqual(len(got), len(forms))
        for name, reference, tensor in zip(forms, expected, got):
            with self.subTest(name):
                self.assertEqual(tensor.shape, reference.shape)
                self.assertTrue(bool(torch.isfinite(tensor).all()))
                self.assertGreater(sqnr_db(reference, tensor), least_db)
        return str(torch.jit.load(str(path)).inlined_graph)


class Excite(nn.Module):
    """Squeeze and excite of eight channels; `gate` makes [N, 8, 1, 1] of the features, `apply` brings it to them."""

    def __init__(self, gate, apply=torch.mul, squeeze="conv"):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        layer = nn.Conv2d if squeeze == "conv" else nn.Linear
        shape = (1,) if squeeze == "conv" else ()
        self.down, self.up = layer(8, 4, *shape), layer(4, 8, *shape)
        self.gate, self.apply_gate = gate, apply

    def forward(self, x):
        y = F.relu(self.conv(x))
        return self.apply_gate(y, self.gate(self, y))


def excitations():
    def squeezed(net, z):
        return torch.sigmoid(net.up(F.relu(net.down(z))))

    def usual(net, y, squash=torch.sigmoid, act=F.relu):
        return squash(net.up(act(net.down(y.mean((2, 3), keepdim=True)))))

    def linear(net, y, bring):
        return bring(squeezed(net, y.mean([2, 3])))

    return {
        "mean": Excite(usual),
        "adaptive pool": Excite(lambda net, y: squeezed(net, F.adaptive_avg_pool2d(y, 1))),
        "pool of the whole": Excite(lambda net, y: squeezed(net, F.avg_pool2d(y, y.shape[2:]))),
        "flatten and mean": Excite(lambda net, y: squeezed(net, y.flatten(2).mean(2)[..., None, None])),
        "hardsigmoid": Excite(lambda net, y: usual(net, y, F.hardsigmoid)),
        "relu6 of x + 3": Excite(lambda net, y: usual(net, y, lambda z: F.relu6(z + 3) / 6)),
        "silu inside": Excite(lambda net, y: usual(net, y, act=F.silu)),
        "hardswish inside": Excite(lambda net, y: usual(net, y, act=F.hardswish)),
        "view": Excite(lambda net, y: linear(net, y, lambda z: z.view(-1, 8, 1, 1)), squeeze="linear"),
        "unsqueezed": Excite(lambda net, y: linear(net, y, lambda z: z.unsqueeze(-1).unsqueeze(-1)), squeeze="linear"),
        "indexed": Excite(lambda net, y: linear(net, y, lambda z: z[:, :, None, None]), squeeze="linear"),
        "expanded": Excite(usual, lambda y, gate: y * gate.expand_as(y)),
        "gate first": Excite(usual, lambda y, gate: gate * y),
        "in place": Excite(usual, lambda y, gate: y.mul_(gate)),
        "added": Excite(usual, lambda y, gate: y + y * gate),
        "of space": Excite(lambda net, y: torch.sigmoid(net.up(net.down(y)).sum(1, keepdim=True))),
    }


SCALARS = {
    "x * 2": lambda y: y * 2,
    "0.3 * x": lambda y: 0.3 * y,
    "x * -1": lambda y: y * -1,
    "-x": lambda y: -y,
    "x + 1": lambda y: y + 1,
    "1.5 + x": lambda y: 1.5 + y,
    "x - 1": lambda y: y - 1,
    "1 - x": lambda y: 1 - y,
    "x / 4": lambda y: y / 4,
    "1 / (2 + |x|)": lambda y: 1 / (2 + y.abs()),
    "x ** 2": lambda y: y ** 2,
    "square": torch.square,
    "x + 0": lambda y: y + 0,
    "x * 1": lambda y: y * 1,
    "add with alpha": lambda y: torch.add(y, 1, alpha=3),
    "add of itself with alpha": lambda y: torch.add(y, y.relu(), alpha=0.5),
    "rsub": lambda y: torch.rsub(y, 2),
    "mul and add": lambda y: y * 0.5 + 0.25,
    "mul_": lambda y: y.mul_(3),
    "add_": lambda y: y.add_(2),
    "sub_": lambda y: y.sub_(0.5),
    "div_": lambda y: y.div_(3),
    "by a tensor of one": lambda y: y * torch.tensor(3.),
    "clamp": lambda y: y.clamp(-0.5, 0.5),
    "clamp of one end": lambda y: y.clamp(min=0.1),
    "clamp_max": lambda y: y.clamp_max(0.2),
    "maximum": lambda y: torch.maximum(y, torch.tensor(0.1)),
    "x * 1e-3": lambda y: y * 1e-3,
    "x * 1000": lambda y: y * 1000,
    "sqrt(x * x + 1)": lambda y: (y * y + 1).sqrt(),
    "pow of a half": lambda y: (y.abs() + 0.1) ** 0.5,
    "a number twice": lambda y: (y + 3) - 3,
}


def halves_swapped(y):
    a, b = y.chunk(2, 1)
    return torch.cat([b, a], 1)


def glu_by_hand(y):
    a, b = y.chunk(2, 1)
    return a * torch.sigmoid(b)


def shuffled(y, bring="view"):
    n, c, h, w = y.shape
    z = getattr(y, bring)(n, 2, c // 2, h, w).transpose(1, 2)
    return z.contiguous().view(n, c, h, w) if bring == "view" else z.reshape(n, c, h, w)


def focus(y):
    return torch.cat([y[..., ::2, ::2], y[..., 1::2, ::2], y[..., ::2, 1::2], y[..., 1::2, 1::2]], 1)


SHUFFLES = {
    "chunk, swapped": halves_swapped,
    "chunk, gated": glu_by_hand,
    "glu": lambda y: F.glu(y, 1),
    "split": lambda y: torch.cat(y.split(4, 1)[::-1], 1),
    "split in unlike parts": lambda y: torch.cat(y.split([3, 5], 1)[::-1], 1),
    "tensor_split": lambda y: torch.cat(torch.tensor_split(y, 3, 1)[::-1], 1),
    "unbind and stack": lambda y: torch.stack(y.unbind(1)[::-1], 1),
    "unsafe_chunk": lambda y: torch.cat(torch.unsafe_chunk(y, 4, 1)[::-1], 1),
    "shuffle by view": shuffled,
    "shuffle by reshape": lambda y: shuffled(y, "reshape"),
    "shuffle by permute": lambda y: y.unflatten(1, (4, 2)).permute(0, 2, 1, 3, 4).flatten(1, 2),
    "channel_shuffle": lambda y: F.channel_shuffle(y, 4),
    "pixel_shuffle": lambda y: F.pixel_shuffle(y, 2),
    "pixel_unshuffle": lambda y: F.pixel_unshuffle(y, 2),
    "focus": focus,
    "even and odd": lambda y: torch.cat([y[:, ::2], y[:, 1::2]], 1),
    "narrow": lambda y: torch.cat([y.narrow(1, 4, 4), y.narrow(1, 0, 4)], 1),
    "index_select": lambda y: y.index_select(1, torch.tensor([7, 0, 3, 3])),
    "indexed by a list": lambda y: y[:, [5, 1, 2]],
    "roll": lambda y: torch.roll(y, (1, 2), (2, 3)),
    "flip": lambda y: y.flip(3),
    "rotated": lambda y: y.rot90(1, [2, 3]),
    "transposed": lambda y: y.transpose(2, 3),
    "channels last": lambda y: y.permute(0, 2, 3, 1),
    "movedim": lambda y: y.movedim(1, -1),
    "half to itself": lambda y: y[:, :4] + y[:, 4:],
    "repeat": lambda y: y[:, :2].repeat(1, 4, 1, 1),
    "repeat_interleave": lambda y: y.repeat_interleave(2, 1),
    "tile and crop": lambda y: y.tile(1, 1, 2, 1)[:, :, 3:-3],
}


class Padded(nn.Module):
    def __init__(self, pad, mode="zeros", padding=0):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.pad, self.second = pad, nn.Conv2d(8, 8, 3, padding=padding, padding_mode=mode)

    def forward(self, x):
        return self.second(self.pad(self.first(x)))


class Row(nn.Module):
    """Convolutions over a row of the picture."""

    def __init__(self, mode):
        super().__init__()
        self.first, self.second = nn.Conv1d(3, 8, 3, padding=1), nn.Conv1d(8, 8, 5, padding=2, padding_mode=mode)

    def forward(self, x):
        return self.second(F.relu(self.first(x[:, :, 0])))


def plain(y):
    return y


PADDINGS = {
    **{mode: (plain, mode, 2) for mode in ("reflect", "circular", "replicate")},
    **{f"{mode}, one side": (plain, mode, (2, 0)) for mode in ("reflect", "circular", "replicate")},
    "ReflectionPad2d": (nn.ReflectionPad2d((1, 2, 3, 4)),),
    "ReplicationPad2d": (nn.ReplicationPad2d(2),),
    "ZeroPad2d": (nn.ZeroPad2d((0, 1, 0, 1)),),
    "ConstantPad2d": (nn.ConstantPad2d(1, 1.5),),
    "F.pad, circular": (lambda y: F.pad(y, (1, 2, 2, 1), mode="circular"),),
    "F.pad that crops": (lambda y: F.pad(y, (-1, -2, 1, 0)),),
}

POOLS = {
    "max": lambda y: F.max_pool2d(y, 3, 2, ceil_mode=True),
    "max, padded": lambda y: F.max_pool2d(y, 3, 2, 1, ceil_mode=True),
    "max, dilated": lambda y: F.max_pool2d(y, 2, 3, dilation=2, ceil_mode=True),
    "mean": lambda y: F.avg_pool2d(y, 3, 2, ceil_mode=True),
    "mean, padded": lambda y: F.avg_pool2d(y, 3, 2, 1, ceil_mode=True),
    "mean without padding": lambda y: F.avg_pool2d(y, 3, 2, 1, ceil_mode=True, count_include_pad=False),
    "divisor": lambda y: F.avg_pool2d(y, 2, divisor_override=3),
    "a sum": lambda y: F.avg_pool2d(y, 2, divisor_override=1),
    "divisor of a part": lambda y: F.avg_pool2d(y, 5, 4, 2, ceil_mode=True, divisor_override=7),
    "adaptive": lambda y: F.adaptive_avg_pool2d(y, (5, 3)),
    "adaptive, max": lambda y: F.adaptive_max_pool2d(y, (5, 3)),
    "lp": lambda y: F.lp_pool2d(y.relu() + 0.1, 2, 3, ceil_mode=True),
}


def written_to(y):
    y[:, 0] = 0.5
    return y


def viewed(y):
    flat = y.view(y.shape[0], -1)
    y.add_(1)
    return flat


def part_rectified(y):
    y[:, :4].relu_()
    return y


def kept_beside(y):
    kept = y.clone()
    y.relu_()
    return kept + 2 * y


def list_of_aliases(y):
    parts = [y, y.relu(), y]
    parts[0] = parts[0] + 1
    return torch.cat(parts, 1)


class Residual(nn.Module):
    """Skips around layers, with a ReLU in place on what the skip brings."""

    def __init__(self, forward):
        super().__init__()
        self.stem, self.a, self.b = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, 1)
        self.relu = nn.ReLU(inplace=True)
        self.body = forward

    def forward(self, x):
        return self.body(self, self.stem(x))


def after_the_sum(net, y):
    out = net.b(net.relu(net.a(y)))
    out += y
    return net.relu(out)


def before_the_skip(net, y):
    skip = y
    return skip + net.a(net.relu(y))  # the skip is rectified, too


def twice(net, y):
    z = net.relu(net.a(net.relu(y)))
    return net.b(F.relu(z, inplace=True)).add_(y)


class Attention(nn.Module):
    def __init__(self, mask, **keywords):
        super().__init__()
        self.stem, self.qkv, self.out = nn.Conv2d(3, 8, 3, 2), nn.Linear(8, 24), nn.Linear(8, 8)
        self.mask, self.keywords = mask, keywords

    def forward(self, x):
        tokens = self.stem(x).flatten(2).transpose(1, 2)
        q, k, v = self.qkv(tokens).chunk(3, -1)
        scores = q @ k.transpose(1, 2) / 8 ** 0.5
        allowed = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
        return self.out(torch.softmax(self.mask(scores, allowed), -1) @ v)


MASKS = {
    "masked_fill": lambda s, allowed: s.masked_fill(~allowed, -1e9),
    "masked_fill_": lambda s, allowed: s.masked_fill_(allowed == 0, -1e9),
    "added": lambda s, allowed: s + (1 - allowed.float()) * -1e9,
    "where": lambda s, allowed: torch.where(allowed, s, torch.tensor(-1e9)),
    "infinite": lambda s, allowed: s.masked_fill(~allowed, float("-inf")),
    "least of float": lambda s, allowed: s + torch.zeros(()).masked_fill(~allowed, torch.finfo(torch.float32).min),
}


def pruned():
    def form(change):
        net = nn.Sequential(nn.Conv2d(3, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 16, 3))
        with torch.no_grad():
            change(net)
        return net

    def unstructured(net):
        for layer in (net[0], net[3]):
            prune.l1_unstructured(layer, "weight", amount=0.9)

    def structured(net):
        prune.ln_structured(net[0], "weight", amount=0.5, n=1, dim=0)
        prune.ln_structured(net[3], "weight", amount=0.5, n=1, dim=1)
        prune.remove(net[0], "weight")
        prune.remove(net[3], "weight")

    def whole_channels(net):
        net[0].weight[::2], net[0].bias[::2] = 0, 0
        net[1].weight[::2], net[1].bias[::2] = 0, 0
        net[3].weight[3:9], net[3].bias[3:9] = 0, 0

    def a_layer(net):
        net[3].weight.zero_()

    def tiny(net):
        net[0].weight.mul_(1e-30)
        net[0].bias.zero_()
        net[3].weight.mul_(1e-30)

    def tiny_channels(net):
        net[3].weight[::3] = 1e-30
        net[3].weight[1] = 1e-38  # next to the least that is normal

    return {"unstructured": form(unstructured), "structured": form(structured), "whole channels": form(whole_channels),
            "a layer": form(a_layer), "of 1e-30": form(tiny), "channels of 1e-30": form(tiny_channels)}


class Networks(NetworkTest):
    def forms_of(self, functions, **keywords):
        return {name: Form(function, **keywords) for name, function in functions.items()}

    def test_pruned_and_tiny_weights(self):
        self.check(pruned())

    def test_paddings(self):
        forms = {name: Padded(*how) for name, how in PADDINGS.items()}
        forms.update({f"row, {mode}": Row(mode) for mode in ("reflect", "circular")})
        self.assertGreaterEqual(self.check(forms).count("quantized::conv2d"), 2 * len(PADDINGS))

    def test_pools(self):
        self.check(self.forms_of(POOLS))

    def test_squeeze_and_excite(self):
        self.check(excitations())

    def test_scalars(self):
        self.check(self.forms_of(SCALARS))

    def test_chunks_and_shuffles(self):
        self.check(self.forms_of(SHUFFLES))

    def test_aliases(self):
        functions = (written_to, viewed, part_rectified, kept_beside, list_of_aliases)
        forms = self.forms_of({function.__name__: function for function in functions})
        forms.update({function.__name__: Residual(function) for function in (after_the_sum, before_the_skip, twice)})
        self.check(forms)

    def test_masks(self):
        self.check({name: Attention(mask) for name, mask in MASKS.items()})


class Pictures(FaultTest):
    def check(self, pictures):
        """All of these files are read as what is known of them, uint8 [height, width, 3]."""
        for name, pixels in pictures.items():
            with self.subTest(name):
                known = torch.from_numpy(pixels.astype(numpy.float32)).permute(2, 0, 1)[None] / 255
                model = self.script(Near(known), f"{name}.pt")
                done = self.qtool("eval", model, "--data", f"images:{self.folder}/{name}", "--json")
                told = json.loads(done.stdout)
                self.assertEqual((told["samples"], told["model"]["values"]["top1"]), (1, 100))

    def setUp(self):
        super().setUp()
        self.random = numpy.random.default_rng(0)

    def noise(self, *shape, of=numpy.uint8):
        return self.random.integers(0, numpy.iinfo(of).max, shape, of, endpoint=True)

    def file(self, name, ending="png"):
        return self.folder / name / "a" / f"0.{ending}"

    def test_png(self):
        known = {}
        rgba = self.noise(5, 7, 4)
        write_png(self.file("rgba"), rgba)
        known["rgba"] = rgba[..., :3]  # as PIL's convert("RGB")
        deep = self.noise(5, 7, 4, of=numpy.uint16)
        write_png(self.file("rgba16"), deep)
        known["rgba16"] = deep[..., :3] >> 8
        write_png(self.file("rgb16"), deep[..., :3])
        known["rgb16"] = known["rgba16"]
        for name, channels in (("grey16", 1), ("grey16_alpha", 2)):
            write_png(self.file(name), deep[..., :channels])
            known[name] = (deep[..., :1] >> 8).repeat(3, 2)
        # What macOS leaves beside files on other disks, and in archives.
        (self.folder / "rgba" / "a" / "._0.png").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X        ")
        (self.folder / "rgba" / "._a").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X        ")
        self.check(known)

    def test_jpeg(self):
        known = {}
        grey = self.noise(2, 3, 1)
        write_flat_jpeg(self.file("grey", "jpg"), grey)
        known["grey"] = grey.repeat(3, 2)
        turned = self.noise(2, 3, 1)
        write_flat_jpeg(self.file("exif", "jpg"), turned, exif(orientation=6))
        known["exif"] = turned.repeat(3, 2)  # lies as it is stored: so do PIL and torchvision's ImageFolder give it
        inverted = self.noise(2, 3, 4)
        write_flat_jpeg(self.file("cmyk", "jpeg"), inverted, adobe(transform=0))
        known["cmyk"] = inverted[..., :3].astype(int) * inverted[..., 3:] // 255
        self.check({name: pixels.repeat(8, 0).repeat(8, 1) for name, pixels in known.items()})


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 8, 3), nn.Linear(8, 4)

    def forward(self, x):
        return self.fc(F.relu(self.conv(x)).mean([2, 3]))


class Files(FaultTest):
    ODD = "dät = 日本"

    def setUp(self):
        super().setUp()
        (self.folder / self.ODD).mkdir()
        self.model = self.script(Classifier(), f"{self.ODD}/m=1 ü.pt")
        self.data = self.npz(f"{self.ODD}/x=y.npz", x=torch.randn(32, 3, 8, 8), labels=numpy.arange(32) % 4)

    def test_paths_of_any_letters(self):
        report, _ = self.job("ptq", self.model, self.data, "--blame-samples", 0, out=f"{self.ODD}/out=ß")
        self.assertEqual((report["model"]["path"], report["data"]["spec"]), (self.model, self.data))
        pixels = numpy.full((8, 8, 3), 7, numpy.uint8)
        write_png(self.folder / self.ODD / "b=ü" / "katze=1" / "é=.png", pixels)
        near = self.script(Near(torch.from_numpy(pixels).permute(2, 0, 1)[None] / 255), f"{self.ODD}/near.pt")
        done = self.qtool("eval", near, "--data", f"images:{self.folder}/{self.ODD}/b=ü,resize=8", "--json")
        self.assertEqual(json.loads(done.stdout)["model"]["values"]["top1"], 100)

    def test_config_with_a_byte_order_mark_line_ends_of_windows_and_anchors(self):
        lines = ["defaults: &shared", "  calibrate: &few {samples: 16, batch_size: 8}", "  blame_samples: 0", "jobs:",
                 f"  - {{name: a, task: ptq, model: &net '{self.model}', data: &dät '{self.data}'}}",
                 "  - {name: b, task: ptq, model: *net, data: *dät, calibrate: *few}"]
        write(self.folder / "jobs.yaml", b"\xef\xbb\xbf" + "\r\n".join(lines).encode() + b"\r\n")
        told = json.loads(self.qtool("run", self.path("jobs.yaml"), "--json").stdout)
        self.assertEqual([(job["job"], job["exit_code"]) for job in told["jobs"]], [("a", 0), ("b", 0)])


class Runs(FaultTest):
    def setUp(self):
        super().setUp()
        self.model = self.script(Classifier())
        self.program = os.environ["QTOOL_PROGRAM"]

    def test_a_reader_that_goes_away(self):
        for words in ("inspect", "inspect --json", "bench --shape 3x8x8 --batch 1 --runs 3 --json"):
            task, *flags = words.split()
            line = f'"$0" {task} "$1" {" ".join(flags)} | head -c 1'
            done = subprocess.run(["bash", "-c", line + '; echo " ${PIPESTATUS[0]}"', self.program, self.model],
                                  capture_output=True, text=True, check=False)
            self.assertIn(done.stdout.split()[-1], ("0", "4", "141"), done.stderr)
            self.assertNotIn("bug", done.stderr)

    def test_a_full_disk_behind_stdout(self):
        for words in (["inspect", self.model, "--json"],
                      ["bench", self.model, "--shape", "3x8x8", "--batch", "1", "--runs", "3"],
                      ["eval", self.model, "--against", self.model, "--data", "random:3x8x8"]):
            with open("/dev/full", "w", encoding="utf8") as full:
                done = subprocess.run([self.program, *words], stdout=full, stderr=subprocess.PIPE, text=True,
                                      check=False)
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertIn("No space left on device", done.stderr)

    def test_two_jobs_in_one_folder(self):
        words = [self.program, "ptq", self.model, "--data", "random:3x8x8", "--calib-samples", "16",
                 "--blame-samples", "0", "-o", self.path("out")]
        jobs = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        for job in jobs:
            _, said = job.communicate()
            self.assertEqual(job.returncode, 0, said)
        x, out = torch.randn(4, 3, 8, 8), self.folder / "out"
        self.assertGreater(sqnr_db(self.run_file(self.model, x)[0], self.run_file(out / "model.int8.pt", x)[0]), 24)
        json.loads((out / "report.json").read_text())
        self.assertFalse([path.name for path in out.iterdir() if ".tmp." in path.name or path.name[0] == "."])


if __name__ == "__main__":
    unittest.main()
