"""Zip surgery: broken and unusual TorchScript files from a good one, without PyTorch."""
import pathlib
import pickle
import sys
import types
import zipfile


def records(path):
    """name within the archive's top folder -> bytes"""
    with zipfile.ZipFile(path) as archive:
        return {info.filename.split("/", 1)[1]: archive.read(info) for info in archive.infolist()}


def write(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            archive.writestr(f"archive/{name}", data)
    return path


CODE = "code/__torch__.py"


def edited(good, path, drop=(), **changes):
    """A copy in which `changes` (code, pickle, version, weights) are made: functions of the record's bytes."""
    files = {name: data for name, data in records(good).items()
             if not name.endswith(".debug_pkl") and not any(name.startswith(prefix) for prefix in drop)}
    for kind, change in changes.items():
        names = {"code": [CODE], "pickle": ["data.pkl"], "version": ["version"], "constants": ["constants.pkl"],
                 "first_weight": ["data/0"],
                 "weights": [name for name in files if name.startswith("data/")]}[kind]
        for name in names:
            files[name] = change(files[name])
    return write(path, files)


def replacing(old, new, count=1):
    """A change for edited(): demands that `old` is there."""
    def change(data):
        text = data.decode()
        assert old in text, f"'{old}' is not in the model's code any more:\n{text}"
        return text.replace(old, new, count).encode()
    return change


def top_forward(signature, body):
    """Another forward() of the network, whose submodules stay."""
    def change(data):
        text = data.decode()
        begin = text.index("  def forward(self: __torch__.LeNet")
        end = text.index("class Conv2d(Module)")
        return (text[:begin] + f"  def forward(self: __torch__.LeNet,\n    {signature}:\n" +
                "".join(f"    {line}\n" for line in body) + text[end:]).encode()
    return change


def state_dict(good, path):
    """What torch.save(model.state_dict()) writes: tensors in a dict, no code."""
    files = records(good)
    return write(path, {"data.pkl": pickle.dumps({"conv1.weight": 1}, protocol=2), "version": b"3\n",
                        **{name: data for name, data in files.items() if name.startswith("data/")}})


def pickled_module(path):
    """What torch.save(model) writes: a pickle that names the class, no code."""
    module = types.ModuleType("mynet")
    net = type("Net", (), {"__module__": "mynet"})
    module.Net = net
    sys.modules["mynet"] = module
    return write(path, {"data.pkl": pickle.dumps(net(), protocol=2), "version": b"3\n"})


def onnx(path):
    """The head of an ONNX file: ir_version, producer, an empty graph."""
    path = pathlib.Path(path)
    path.write_bytes(b"\x08\x08\x12\x07pytorch\x1a\x052.1.0" + b"\x3a\x10\x0a\x0e/conv1/Conv_op" + bytes(64))
    return path


def with_flipped_byte(good, path, record):
    """One bit changed in the middle of a record's bytes in the file; its CRC stays."""
    data = bytearray(pathlib.Path(good).read_bytes())
    with zipfile.ZipFile(good) as archive:
        info = next(info for info in archive.infolist() if info.filename.endswith(record))
    name, extra = (int.from_bytes(data[info.header_offset + at:info.header_offset + at + 2], "little")
                   for at in (26, 28))
    data[info.header_offset + 30 + name + extra + info.compress_size // 2] ^= 0x40
    path = pathlib.Path(path)
    path.write_bytes(bytes(data))
    return path
