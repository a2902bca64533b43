"""Pictures for tests, written without a library, as Python here may have none."""
import struct
import zlib

import torch
from torch import nn


class Near(nn.Module):
    """Class 0 for pictures that are within 1/255 of one of those that it knows, else class 1."""

    def __init__(self, known):
        super().__init__()
        self.register_buffer("known", known)

    def forward(self, x):
        far = (x.unsqueeze(1) - self.known).abs().flatten(2).amax(2).amin(1)
        return torch.stack([torch.full_like(far, 1.01 / 255), far], 1)


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def write_png(path, pixels):
    """`pixels` uint8 or uint16 [height, width, channels]: grey, grey with alpha, RGB or RGBA."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    height, width, channels = pixels.shape
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.astype(pixels.dtype.newbyteorder(">")).tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8 * pixels.itemsize, colour, 0, 0, 0)
    write(path, b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) +
          chunk(b"IEND", b""))


def write_flat_jpeg(path, blocks, before=b""):
    """A baseline JPEG whose blocks of 8x8 samples are flat: `blocks` int [height / 8, width / 8, components], as they
    are stored (e.g. Y, Cb, Cr). `before` stands ahead of all tables, e.g. EXIF's or Adobe's segment."""
    def segment(marker, data):
        return bytes([0xff, marker]) + struct.pack(">H", len(data) + 2) + data
    height, width, components = blocks.shape
    bits, last = "", [0] * components
    for row in blocks.reshape(-1, components).tolist():
        for i, value in enumerate(row):
            difference, last[i] = value - 128 - last[i], value - 128
            size = abs(difference).bit_length()
            bits += f"{size:04b}"  # the code of a size is the size
            if size:
                bits += f"{difference if difference > 0 else difference + (1 << size) - 1:0{size}b}"
            bits += "0"  # no other coefficient
    bits += "1" * (-len(bits) % 8)
    scan = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8)).replace(b"\xff", b"\xff\x00")
    ids = range(1, components + 1)
    write(path, b"\xff\xd8" + before +
          segment(0xdb, b"\0" + b"\x08" * 64) +  # a mean of 1 is a coefficient of 8
          segment(0xc0, struct.pack(">BHHB", 8, 8 * height, 8 * width, components) + bytes(
              byte for i in ids for byte in (i, 0x11, 0))) +
          segment(0xc4, b"\0" + bytes([0, 0, 0, 12] + [0] * 12) + bytes(range(12))) +
          segment(0xc4, b"\x10" + bytes([1] + [0] * 15) + b"\0") +
          segment(0xda, bytes([components]) + bytes(byte for i in ids for byte in (i, 0)) + b"\0\x3f\0") +
          scan + b"\xff\xd9")


def adobe(transform):
    """What Adobe's programs write; of four components it says that they are inverted."""
    return b"\xff\xee\x00\x0eAdobe\0\x64\0\0\0\0" + bytes([transform])


def exif(orientation):
    tag = struct.pack("<HHIHH", 0x112, 3, 1, orientation, 0)
    data = b"Exif\0\0II*\0\x08\0\0\0\x01\0" + tag + b"\0\0\0\0"
    return b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data
