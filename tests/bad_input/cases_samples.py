"""Values and labels that only show while the data is used."""
import struct

import datasets as ds
from harness import UNQUANTIZABLE, Case


def cases(shop):
    good = shop.data
    labels = ds.write_idx(shop.path("high_labels"), labels=[i % 12 for i in range(ds.COUNT)])
    signed = ds.npz(shop.path("signed.npz"), x=ds.floats((4, 1, 28, 28)),
                    labels=ds.npy("<i8", (4,), struct.pack("<4q", 0, 1, -2, 3)))
    nan = shop.write("nan.npy", ds.floats((4, 1, 28, 28), float("nan")))
    infinite = shop.write("infinite.npy", ds.floats((4, 1, 28, 28), float("inf")))
    huge = shop.write("huge.npy", ds.npy("<f4", (4, 1, 28, 28), struct.pack("<f", 3e38) * (4 * 784)))
    return [
        Case("eval: a label out of range", shop.evaluate(data=f"idx:{labels}"),
             says=("label 10", "sample 10", "0 to 9")),
        Case("eval: a negative label", shop.evaluate(data=f"npz:{signed}"), says=("label -2", "sample 2")),
        Case("ptq: a label out of range", shop.ptq(data=f"idx:{labels}"), says=("label 10", "sample 10"),
             needs_empty_output=False),
        Case("train: a label out of range", shop.train(model=shop.model, data=f"idx:{labels}"), says=("label 1",)),
        Case("train: a negative label", shop.train(model=shop.model, data=f"npz:{signed}"), says=("label -2",)),
        Case("train: no labels",
             shop.train(model=shop.model, data=f"npy:{shop.write('plain.npy', ds.floats((4, 1, 28, 28)))}"),
             says=("label",)),
        Case("train: a built-in network without labels", shop.train(data="random:1x28x28"), says=("labels",)),
        Case("eval: no labels and no --against", shop.evaluate(data="random:1x28x28"), says=("--against", "labels")),
        Case("ptq: NaN in the data", shop.ptq(data=f"npy:{nan}"), UNQUANTIZABLE, ("conv1:input",)),
        Case("ptq: infinity in the data", shop.ptq(data=f"npy:{infinite}"), UNQUANTIZABLE, ("conv1:input",)),
        Case("ptq: overflow inside the network", shop.ptq(data=f"npy:{huge}"), UNQUANTIZABLE, ("conv1:output",)),
        Case("train: NaN in the data", shop.train(model=shop.model, data=f"npz:{nan_with_labels(shop)}"), says=("NaN",),
             parts=("do",)),
        Case("bench: too few samples", ["bench", shop.model, "--data", good, "--batch", "64"], says=("32", "64")),
    ]


def nan_with_labels(shop):
    return ds.npz(shop.path("nan.npz"), x=ds.floats((256, 1, 28, 28), float("nan")),
                  labels=ds.npy("<i8", (256,), bytes(256 * 8)))
