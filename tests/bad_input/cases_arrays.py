"""Files of arrays: npy, npz, and tensors saved by PyTorch."""
import struct

import datasets as ds
from harness import refused_data


def cases(shop):
    return [*npy_files(shop), *npz_files(shop), *tensor_files(shop)]


def npy_files(shop):
    def case(name, key, data, *says):
        path = shop.write(f"{key}.npy", data)
        return refused_data(shop, f"npy: {name}", f"npy:{path}", path, *says)

    good = ds.floats((4, 1, 28, 28))
    shape = (4, 1, 28, 28)
    return [
        refused_data(shop, "npy: missing", f"npy:{shop.path('nowhere.npy')}", shop.path("nowhere.npy")),
        refused_data(shop, "npy: a folder", f"npy:{shop.folder}", shop.folder),
        case("empty", "empty", b""),
        case("text", "text", "1 2 3\n4 5 6\n"),
        case("cut in its header", "head", good[:40]),
        case("truncated", "cut", good[:-5]),
        case("pickled objects", "object", ds.npy("|O", (4,), b"\x80\x04]."), "|O"),
        case("Fortran order", "fortran", ds.npy("<f4", shape, bytes(4 * 784 * 4), fortran=True), "fortran_order"),
        case("complex numbers", "complex", ds.npy("<c8", shape, bytes(4 * 784 * 8)), "<c8"),
        case("text values", "string", ds.npy("<U3", (4,), bytes(48)), "<U3"),
        case("big-endian numbers", "big", ds.npy(">f4", shape, bytes(4 * 784 * 4)), ">f4"),
        case("a record dtype", "record", ds.npy_with_header(
            "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,)}", bytes(16)), "dtype"),
        case("no shape", "no_shape", ds.npy_with_header("{'descr': '<f4', 'fortran_order': False}", b""), "shape"),
        case("no header at all", "noise", ds.npy_with_header("xyz", b""), "descr"),
        case("a negative extent", "negative", ds.npy("<f4", (-4, 784), b""), "-4"),
        case("a single number", "scalar", ds.npy("<f4", (), bytes(4)), "shape"),
        case("zero samples", "zero", ds.npy("<f4", (0, 1, 28, 28), b""), "zero samples"),
        case("extents that overflow", "overflow", ds.npy("<f4", (2**40, 2**40), b"")),
        case("a version of the future", "version", ds.npy("<f4", (1,), bytes(4), version=(9, 0))),
    ]


def npz_files(shop):
    def case(name, key, *says, **arrays):
        path = ds.npz(shop.path(f"{key}.npz"), **arrays)
        return refused_data(shop, f"npz: {name}", f"npz:{path}", path, *says)

    images = ds.floats((4, 1, 28, 28))
    labels = ds.npy("<i8", (4,), struct.pack("<4q", 0, 1, 2, 3))
    path = ds.npz(shop.path("good.npz"), x=images, labels=labels)
    cut = shop.write("cut.npz", path.read_bytes()[:-50])
    flipped = bytearray(path.read_bytes())
    flipped[2000] ^= 1
    flipped = shop.write("flipped.npz", bytes(flipped))
    return [
        refused_data(shop, "npz: missing", f"npz:{shop.path('nowhere.npz')}", shop.path("nowhere.npz")),
        refused_data(shop, "npz: text", f"npz:{shop.write('text.npz', 'hello')}", shop.path("text.npz")),
        refused_data(shop, "npz: truncated", f"npz:{cut}", cut),
        refused_data(shop, "npz: one flipped bit", f"npz:{flipped}", flipped, "x.npy", "checksum"),
        case("without arrays", "none"),
        case("only labels", "labels", labels=labels),
        case("arrays of different counts", "counts", "4", "3", a=images, b=ds.floats((3, 1, 28, 28))),
        case("another count of labels", "label_count", "4", "3", x=images, labels=ds.npy("<i8", (3,), bytes(24))),
        case("labels that are no whole numbers", "float_labels", "labels", x=images, labels=ds.floats((4,))),
        case("labels as one-hot rows", "rows", "labels", x=images, labels=ds.npy("<i8", (4, 10), bytes(320))),
        case("pickled objects", "objects", "|O", x=ds.npy("|O", (4,), b"\x80\x04].")),
    ]


def tensor_files(shop):
    def case(name, path, *says):
        return refused_data(shop, f"tensors: {name}", f"tensors:{path}", path, *says)

    return [
        case("missing", shop.path("nowhere.pt")),
        case("text", shop.write("tensors_text.pt", "hello")),
        case("truncated", shop.write("tensors_cut.pt", shop.model.read_bytes()[:5000])),
        case("a TorchScript model", shop.model),
        case("a folder", shop.folder),
    ]
