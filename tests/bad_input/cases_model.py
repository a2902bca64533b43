"""Files that are no TorchScript, broken ones, and code that cannot be compiled."""
import os

import datasets
import torchscript as ts
from harness import Case, obey_permissions


def cases(shop):
    return [*no_torchscript(shop), *damaged(shop), *bad_code(shop)]


def refused(shop, name, path, *says, **more):
    """ptq must refuse the model and name it."""
    return Case(f"model: {name}", shop.ptq(model=path), says=(path, *says), **more)


def no_torchscript(shop):
    good = shop.model
    locked = shop.write("locked.pt", good.read_bytes())
    locked.chmod(0)
    (shop.path("folder.pt")).mkdir()
    return [
        refused(shop, "a text file", shop.write("text.pt", "not a model\n" * 50), "not a TorchScript file"),
        refused(shop, "missing", shop.path("nowhere.pt"), "does not exist"),
        refused(shop, "a folder", shop.path("folder.pt"), "folder"),
        refused(shop, "empty", shop.write("empty.pt", b""), "empty"),
        refused(shop, "no permission to read", locked, "permission", prepare=obey_permissions),
        refused(shop, "a state dict", ts.state_dict(good, shop.path("state_dict.pt")), "state dict",
                "torch.jit.script"),
        refused(shop, "a pickled module", ts.pickled_module(shop.path("module.pt")), "torch.jit.script"),
        refused(shop, "an old pickle", shop.write("old.pt", b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."), "pickle"),
        refused(shop, "ONNX", ts.onnx(shop.path("model.onnx")), "ONNX"),
        refused(shop, "ONNX under another name", ts.onnx(shop.path("renamed.pt")), "ONNX"),
        refused(shop, "another zip archive", datasets.npz(shop.path("arrays.pt"), x=b"abc"), "zip archive"),
        refused(shop, "gzip", shop.write("model.pt.gz", datasets.gz(good.read_bytes())), "not a TorchScript file"),
        Case("model: no file of any name", ["ptq", "", "--data", shop.data, "-o", "{out}"], says=("MODEL is missing",),
             parts=("do",)),
        Case("eval: a state dict as --against", shop.evaluate("--against", shop.path("state_dict.pt")),
             says=(shop.path("state_dict.pt"), "state dict")),
        Case("bench: missing", ["bench", shop.path("nowhere.pt"), "--shape", "1x28x28"],
             says=(shop.path("nowhere.pt"),)),
        Case("bench: the second is missing", ["bench", good, shop.path("nowhere.pt"), "--shape", "1x28x28"],
             says=(shop.path("nowhere.pt"),)),
        Case("inspect: a text file", ["inspect", shop.path("text.pt")], says=(shop.path("text.pt"),)),
        Case("train: a text file", shop.train(model=shop.path("text.pt")), says=(shop.path("text.pt"),)),
        Case("train: a state dict", shop.train(model=shop.path("state_dict.pt")), says=("state dict",)),
    ]


def damaged(shop):
    good = shop.model.read_bytes()

    def cut(length):
        return shop.write(f"cut{length}.pt", good[:length])

    def flipped(record):
        return ts.with_flipped_byte(shop.model, shop.path(f"flipped_{os.path.basename(record)}.pt"), record)

    def edited(name, **how):
        return ts.edited(shop.model, shop.path(f"{name}.pt"), **how)

    whole = len(good)
    return [
        *[refused(shop, f"truncated to {length} of {whole} bytes", cut(length))
          for length in (1, 4, 100, whole // 2, whole - 1000, whole - 1)],
        *[refused(shop, f"a flipped bit in {record}", flipped(record), "corrupted")
          for record in ("data/4", "data.pkl", "code/__torch__.py", "constants.pkl")],
        refused(shop, "a record is missing", edited("no_weight", drop=("data/4",)), "corrupted"),
        refused(shop, "code is missing", edited("no_code", drop=("code",)), "corrupted"),
        refused(shop, "data.pkl is cut", edited("cut_pickle", pickle=lambda data: data[:len(data) // 2]), "corrupted"),
        refused(shop, "data.pkl is noise", edited("noise", pickle=lambda data: datasets.noise(len(data))), "corrupted"),
        refused(shop, "data.pkl is empty", edited("no_pickle", pickle=lambda data: b""), "corrupted"),
        refused(shop, "data.pkl asks for another class", edited(
            "class", pickle=lambda data: data.replace(b"LeNet", b"NeNot"))),
        refused(shop, "constants.pkl is cut", edited("constants", constants=lambda data: data[:1]), "corrupted"),
        refused(shop, "a version of the future", edited("version", version=lambda data: b"999\n"), "999"),
        refused(shop, "no version", edited("no_version", version=lambda data: b"\n")),
    ]


def bad_code(shop):
    def code(name, old, new, *says, parts=("where", "got", "expected", "do")):
        path = ts.edited(shop.model, shop.path(f"code_{name.replace(' ', '_')}.pt"), code=ts.replacing(old, new))
        return refused(shop, f"code with {name}", path, *says, parts=parts)

    relu = "return torch.relu(x)"
    return [
        code("an operator that LibTorch lacks", relu, "return torch.no_such_op(x)", "no_such_op", "lacks"),
        code("an aten operator that LibTorch lacks", relu, "return ops.aten.nonexistent(x)", "aten::nonexistent",
             "lacks"),
        code("an operator of a library", relu, "return ops.mylib.my_relu(x)", "mylib::my_relu", "lacks"),
        code("a custom class", "  training : bool\n  conv1",
             "  training : bool\n  thing : __torch__.torch.classes.mylib.Thing\n  conv1", "mylib.Thing"),
        code("a class that is not there", "conv1 : __torch__.Conv2d", "conv1 : __torch__.Missing", "Missing"),
        code("a syntax error", relu, "return torch.relu((x", "expected )"),
        code("an operator of other arguments", relu, "return torch.relu(x, 3, 4, 5)", "aten::relu"),
        code("an unknown variable", relu, "return torch.relu(y)", "undefined value y"),
        code("no forward", "def forward(self: __torch__.LeNet", "def predict(self: __torch__.LeNet", "forward"),
        code("no end", "class ReLU(Module)", "class \0ReLU(Module"),
    ]
