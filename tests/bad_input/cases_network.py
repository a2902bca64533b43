"""Networks that do not fit the data, and such that cannot be quantized."""
import struct

import datasets
import torchscript as ts
from harness import UNQUANTIZABLE, Case

NAN, INFINITY = struct.pack("<f", float("nan")), struct.pack("<f", float("inf"))


def cases(shop):
    return [*wrong_inputs(shop), *unquantizable(shop)]


def with_forward(shop, name, signature, *body):
    return ts.edited(shop.model, shop.path(f"{name}.pt"), code=ts.top_forward(signature, body))


def wrong_inputs(shop):
    chain = "return (self.fc3).forward(self.fc2.forward(self.fc1.forward(torch.flatten(a, 1))))"
    two = with_forward(shop, "two_inputs", "a: Tensor,\n    b: Tensor) -> Tensor", "a = torch.add(a, b)", chain)
    none = with_forward(shop, "no_input", ") -> Tensor", "return torch.zeros([1, 10])")
    raises = with_forward(shop, "raises", "x: Tensor) -> Tensor", 'ops.prim.RaiseException("only 7 rows fit")',
                          "return x")
    number = with_forward(shop, "number", "x: Tensor) -> int", "return 3")
    text = with_forward(shop, "text_input", "x: str) -> Tensor", "return torch.zeros([1, 10])")
    pair = datasets.npz(shop.path("pair.npz"), a=datasets.floats((4, 1, 28, 28)), b=datasets.floats((4, 1, 28, 28)))
    small = f"idx:{datasets.write_idx(shop.path('small'), height=20, width=20)}"
    colour = shop.write("colour.npy", datasets.floats((4, 3, 28, 28)))
    whole = shop.write("whole.npy", datasets.npy("<i8", (4, 1, 28, 28), bytes(4 * 784 * 8)))
    flat = shop.write("flat.npy", datasets.floats((4, 784)))
    misfits = [("two inputs, data with one", two, shop.data, ("1 from the data", "2 by the model")),
               ("one input, data with two", shop.model, f"npz:{pair}", ("2 from the data", "1 by the model")),
               ("images of the wrong size", shop.model, small, ("20, 20",)),
               ("the wrong number of channels", shop.model, f"npy:{colour}", ("3, 28, 28", "channels")),
               ("whole numbers for a float model", shop.model, f"npy:{whole}", ("Long",)),
               ("rows for a model of images", shop.model, f"npy:{flat}", ("784",))]
    parts = ("got", "expected", "do")
    return [
        *[Case(f"ptq: {name}", shop.ptq(model=model, data=data), says=says, parts=parts)
          for name, model, data, says in misfits],
        *[Case(f"eval: {name}", shop.evaluate("--against", model, model=model, data=data), says=says, parts=parts)
          for name, model, data, says in misfits],
        Case("inspect: images of the wrong size", ["inspect", shop.model, "--data", small], says=("20, 20",),
             parts=parts),
        Case("inspect: a missing folder", ["inspect", shop.model, "--data", f"idx:{shop.path('nowhere')}"],
             says=(shop.path("nowhere"),)),
        Case("bench: images of the wrong size", ["bench", shop.model, "--shape", "1x20x20"], says=("20, 20",),
             parts=parts),
        Case("train: images of the wrong size", shop.train(model=shop.model, data=small), says=("20, 20",),
             parts=parts),
        Case("eval: no input at all", shop.evaluate(model=none), says=("0 by the model",), parts=parts),
        Case("eval: --against a model with other outputs", shop.evaluate("--against", with_forward(
            shop, "images_out", "x: Tensor) -> Tensor", "return torch.relu(x)")), says=("28, 28",)),
        Case("eval: a model that refuses its input", shop.evaluate(model=raises), says=("only 7 rows fit",),
             parts=parts),
        Case("eval: a model that returns a number", shop.evaluate(model=number), says=("returns no tensor",)),
        Case("train: a model that returns a number", shop.train(model=number), says=("returns no tensor",)),
        Case("eval: a model that takes text", shop.evaluate(model=text), says=("str",), parts=("do",)),
    ]


def unquantizable(shop):
    def refuses(name, path, *says, words=(), command="ptq", parts=("got", "expected", "do")):
        line = shop.ptq(*words, model=path) if command == "ptq" else [command, path, *words]
        return Case(f"{command}: {name}", line, UNQUANTIZABLE, says, parts)

    def poisoned(name, value):
        return ts.edited(shop.model, shop.path(f"{name}.pt"), first_weight=lambda data: data[:40] + value + data[44:])

    in_double = ts.edited(shop.model, shop.path("double.pt"), weights=lambda data: data + data,
                          pickle=lambda data: data.replace(b"FloatStorage", b"DoubleStorage"),
                          first_weight=lambda data: struct.pack("<d", 1e39) + data[8:])
    only_relu = with_forward(shop, "only_relu", "x: Tensor) -> Tensor", "return torch.relu(x)")
    identity = with_forward(shop, "identity", "x: Tensor) -> Tensor", "return x")
    futures = with_forward(shop, "futures", "x: Tensor) -> Tensor", "def later():", "  return torch.relu(x)",
                           "futures = [fork(later)]", "return torch.wait(futures[0])")
    return [
        refuses("futures in a list", futures, "torch.jit.wait()", "a future from"),
        refuses("NaN in a weight", poisoned("nan", NAN), "conv1.weight", "1 of 150",
                parts=("where", "got", "expected", "do")),
        refuses("an infinite weight", poisoned("inf", INFINITY), "conv1.weight",
                parts=("where", "got", "expected", "do")),
        refuses("inspect of NaN in a weight", poisoned("nan2", NAN), "conv1.weight", command="inspect"),
        refuses("weights in double that float32 does not hold", in_double, "conv1.weight",
                "larger than float32 holds"),
        refuses("no layer to quantize", only_relu, "no convolution or linear layer"),
        refuses("no operator at all", identity, "0 operators"),
        refuses("the model is int8 already", shop.int8 / "model.int8.pt"),
        refuses("everything skipped", shop.model, "skip '*'", words=("--skip", "*")),
        refuses("everything skipped, by type", shop.model, words=("--skip", "type:conv2d", "--skip", "type:linear")),
        refuses("only what has no weight", shop.model, "not in only", words=("--only", "relu*")),
    ]
