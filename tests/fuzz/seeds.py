"""The good files that all damaged ones are made from: a few of each kind, small."""
import gzip
import io
import pathlib
import struct
import sys
import zlib

import numpy
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "bad_input"))
import datasets  # noqa: E402
import onnx_bytes  # noqa: E402

SHAPE, CLASSES, SAMPLES = (1, 8, 8), 3, 12


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(4, 4, 3, padding=1)
        self.norm = torch.nn.BatchNorm2d(4)

    def forward(self, x):
        return torch.relu(self.norm(self.conv(x)) + x)


class Plain(torch.nn.Module):
    def __init__(self, channels=1):
        super().__init__()
        self.first = torch.nn.Conv2d(channels, 4, 3)
        self.blocks = torch.nn.Sequential(Block(), Block())
        self.head = torch.nn.Linear(4, CLASSES)

    def forward(self, x):
        return self.head(self.blocks(torch.relu(self.first(x))).mean([2, 3]))


class Listed(torch.nn.Module):
    """Lists of tensors that grow, are taken apart and stacked."""

    def __init__(self):
        super().__init__()
        self.first, self.norm = torch.nn.Conv2d(1, 4, 3), torch.nn.BatchNorm2d(8)
        self.head = torch.nn.Linear(16, CLASSES)

    def forward(self, x):
        parts = [torch.relu(self.first(x))]
        parts.append(torch.tanh(torch.cat(parts, 1)))
        a, b = self.norm(torch.cat(parts, 1)).chunk(2, 1)
        return self.head(torch.stack([a, b.narrow(1, 0, 4), a, b], 1).flatten(1, 2).mean([2, 3]))


class Varied(torch.nn.Module):
    """Branches, a loop, lists, constants and attributes of several types; two outputs."""
    names: list[str]
    limit: float

    def __init__(self):
        super().__init__()
        self.names, self.limit, self.flag = ["cat", "dog"], 6.0, True
        self.a, self.b = torch.nn.Conv2d(1, 4, 1), torch.nn.Conv2d(1, 4, 3, padding=1, groups=1)
        self.up = torch.nn.ConvTranspose2d(8, 2, 2, stride=2)
        self.register_buffer("mask", torch.ones(8, 8))

    def forward(self, x):
        parts = [self.a(x * self.mask), self.b(x).clamp(0.0, self.limit)]
        if self.flag and x.size(0) > 0:
            parts[0] = torch.nn.functional.hardswish(parts[0])
        joined = torch.cat(parts, 1)
        for _ in range(2):
            joined = torch.nn.functional.max_pool2d(joined, 2)
        return {"y": self.up(joined), "z": joined.flatten(1).softmax(-1)}


def _saved(module):
    buffer = io.BytesIO()
    torch.jit.save(module, buffer)
    return buffer.getvalue()


def colour_model():
    torch.manual_seed(0)
    return _saved(torch.jit.script(Plain(channels=3).eval()))


def models():
    torch.manual_seed(0)
    plain, varied = Plain().eval(), Varied().eval()
    scripted = torch.jit.script(plain)
    return {"scripted": _saved(scripted), "traced": _saved(torch.jit.trace(plain, torch.randn(2, *SHAPE))),
            "frozen": _saved(torch.jit.freeze(scripted)), "varied": _saved(torch.jit.script(varied)),
            "listed": _saved(torch.jit.script(Listed().eval()))}


def programs():
    """As torch.export saves them; none where PyTorch has another format for it."""
    if tuple(map(int, torch.__version__.split(".")[:2])) < (2, 8):
        return {}
    torch.manual_seed(0)
    batch = ({0: torch.export.Dim("batch")},)
    program = torch.export.export(Plain().eval(), (torch.randn(2, *SHAPE),), dynamic_shapes=batch)
    files = {}
    for name, form in (("exported", program), ("decomposed", program.run_decompositions({}))):
        buffer = io.BytesIO()
        torch.export.save(form, buffer)
        files[name] = buffer.getvalue()
    return files


def onnx_files():
    return [onnx_bytes.convolution(), onnx_bytes.quantized(), onnx_bytes.branching()]


def arrays():
    random = numpy.random.default_rng(0)
    return random.standard_normal((SAMPLES, *SHAPE), dtype=numpy.float32), numpy.arange(SAMPLES) % CLASSES


def npy(array):
    buffer = io.BytesIO()
    numpy.save(buffer, array)
    return buffer.getvalue()


def npys():
    images, _ = arrays()
    return {"float": npy(images), "half": npy(images.astype("f2")), "byte": npy((images * 50).astype("u1")),
            "double": npy(images.astype("f8"))}


def npzs():
    images, labels = arrays()
    files = {}
    for name, save in (("stored", numpy.savez), ("packed", numpy.savez_compressed)):
        buffer = io.BytesIO()
        save(buffer, x=images, labels=labels)
        files[name] = buffer.getvalue()
    return files


def _torch_saved(value, **keywords):
    buffer = io.BytesIO()
    torch.save(value, buffer, **keywords)
    return buffer.getvalue()


def tensors():
    images, labels = map(torch.from_numpy, arrays())
    return {"tensor": _torch_saved(images), "dict": _torch_saved({"x": images, "labels": labels}),
            "list": _torch_saved([images]),
            "view": _torch_saved(images.transpose(2, 3)),
            "old": _torch_saved(images, _use_new_zipfile_serialization=False)}


def idx_files():
    images, labels = (numpy.abs(arrays()[0][:, 0]) * 80).astype("u1"), arrays()[1]
    pair = {"images-idx3-ubyte": datasets.idx(images.shape, images.tobytes()),
            "labels-idx1-ubyte": datasets.idx((SAMPLES,), labels.astype("u1"))}
    return {f"{split}-{name}": data for split in ("train", "t10k") for name, data in pair.items()}


def small_idx():
    """Images and labels of 14 : 2 bytes."""
    return datasets.idx((20, 3, 3), bytes(range(180))), datasets.idx((20,), bytes(20))


def cifar_record():
    return bytes([1]) + numpy.random.default_rng(0).integers(0, 256, 3072, dtype=numpy.uint8).tobytes()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(depth, color, channels, palette=b"", interlaced=0):
    """8 x 8 pixels of noise."""
    noise = numpy.random.default_rng(depth * 10 + color)
    rows = b"".join(bytes([row % 5]) + noise.bytes((8 * channels * depth + 7) // 8) for row in range(8))
    chunks = [chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, depth, color, 0, 0, interlaced))]
    if palette:
        chunks.append(chunk(b"PLTE", palette))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def images():
    files = {"grey.png": png(8, 0, 1), "rgb.png": png(8, 2, 3), "rgba.png": png(8, 6, 4), "deep.png": png(16, 2, 3),
             "bit.png": png(1, 0, 1), "palette.png": png(4, 3, 1, palette=bytes(range(48)))}
    folder = pathlib.Path(__file__).parent / "jpeg"  # 8 x 8 or 16 x 16 pixels, quality 20, by Pillow
    return {**files, **{path.name: path.read_bytes() for path in sorted(folder.iterdir())}}


def gz(data):
    return gzip.compress(data, mtime=0)
