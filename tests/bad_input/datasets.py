"""Small data files, good and bad, written byte by byte."""
import gzip
import pathlib
import random
import struct
import zipfile
import zlib

COUNT, CLASSES = 32, 10


def noise(count, seed=0):
    return random.Random(seed).randbytes(count)


def idx(shape, data):
    return struct.pack(">BBBB", 0, 0, 8, len(shape)) + struct.pack(f">{len(shape)}I", *shape) + bytes(data)


def write_idx(folder, height=28, width=28, count=COUNT, labels=None):
    """MNIST's four files; returns the folder."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True)
    labels = [i % CLASSES for i in range(count)] if labels is None else labels
    for prefix in ("train", "t10k"):
        (folder / f"{prefix}-images-idx3-ubyte").write_bytes(idx((count, height, width), noise(count * height * width)))
        (folder / f"{prefix}-labels-idx1-ubyte").write_bytes(idx((len(labels),), labels))
    return folder


def replaced_idx(folder, images=None, labels=None, compress=False):
    """A good folder in which one pair of files is replaced by these bytes."""
    write_idx(folder)
    for prefix in ("train", "t10k"):
        for stem, data in ((f"{prefix}-images-idx3-ubyte", images), (f"{prefix}-labels-idx1-ubyte", labels)):
            if data is None:
                continue
            (folder / stem).unlink()
            (folder / (stem + (".gz" if compress else ""))).write_bytes(data)
    return folder


def good_images(height=28, width=28, count=COUNT):
    return idx((count, height, width), noise(count * height * width))


def gz(data):
    return gzip.compress(data, mtime=0)


def npy(descr, shape, data, fortran=False, version=(1, 0)):
    header = str({"descr": descr, "fortran_order": fortran, "shape": tuple(shape)})
    return npy_with_header(header, data, version)


def npy_with_header(header, data, version=(1, 0)):
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY" + bytes(version) + struct.pack("<H", len(text)) + text + data


def floats(shape, value=None):
    """float32 .npy of noise, or of one value in the middle of zeros."""
    count = 1
    for extent in shape:
        count *= extent
    generator = random.Random(1)
    values = [generator.gauss(0, 1) for _ in range(count)] if value is None else [0.0] * count
    if value is not None:
        values[count // 2] = value
    return npy("<f4", shape, struct.pack(f"<{count}f", *values))


def npz(path, **arrays):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in arrays.items():
            archive.writestr(f"{name}.npy", data)
    return path


def png(width=28, height=28):
    """Grey noise."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + noise(width, seed=row) for row in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def write_images(folder, **files):
    """A folder for each of two classes with good images; `files` are `class__name_ending` with other bytes."""
    folder = pathlib.Path(folder)
    for name in ("cat", "dog"):
        (folder / name).mkdir(parents=True)
        for i in range(2):
            (folder / name / f"{i}.png").write_bytes(png())
    for name, data in files.items():
        label, stem, ending = name.split("_")
        (folder / label / f"{stem}.{ending}").write_bytes(data)
    return folder
