"""What quantization-aware training is asked for in vain."""
import struct

import datasets as ds
from harness import MACHINE, UNQUANTIZABLE, Case, limit_file_size


def cases(shop):
    return [*options(shop), *samples(shop), *divergence(shop), *disks(shop)]


def options(shop):
    def refuses(name, *words, says, model=None, parts=("where", "got", "expected", "do"), leaves=False):
        return Case(f"qat: {name}", shop.qat(*words, model=model), says=says, parts=parts,
                    needs_empty_output=not leaves)

    fake_quant = shop.fake_quant
    damaged = shop.write("damaged.fakequant.pt", fake_quant.read_bytes()[:5000])
    return [
        Case("qat: no data", ["qat", shop.model, "-o", shop.path("out_of_qat")], says=("--data",),
             parts=("expected", "do")),
        refuses("fake-quant never on", "--quantize-at", "1", says=("never be switched on",)),
        refuses("ranges frozen too soon", "--observe-at", "0.5", "--freeze-ranges-at", "0.2",
                says=("before they are observed",)),
        refuses("from scratch without batch norms", "--batch-norm", "folded", model="zoo:lenet",
                says=("from scratch",)),
        refuses("improvements of weights that training unfolds", "--improve", "batch-norm",
                says=("--batch-norm folded", "unfold")),
        refuses("layers whose grid is found at run time", "--mode", "dynamic", says=("mode dynamic", "qtool ptq")),
        refuses("a network that is not in the zoo", model="zoo:nothing", says=("zoo:nothing",),
                parts=("got", "expected", "do")),
        refuses("a teacher for a network from scratch", "--distillation", "0.5", model="zoo:lenet",
                says=("needs a teacher",), leaves=True),
        refuses("half of a model.fakequant.pt", model=damaged, says=(damaged.name,), parts=("do",)),
        Case("qat: no labels for the accuracy that is asked for",
             shop.qat("--min-accuracy", "50", data=f"npy:{shop.write('qat_plain.npy', ds.floats((4, 1, 28, 28)))}"),
             says=("labels",)),
    ]


def samples(shop):
    high = ds.write_idx(shop.path("qat_high_labels"), labels=[i % 12 for i in range(ds.COUNT)])
    nan = shop.write("qat_nan.npy", ds.floats((4, 1, 28, 28), float("nan")))
    count = 64  # the poisoned sample is the 33rd, behind those that calibrate
    poisoned = ds.npz(shop.path("qat_poisoned.npz"), x=ds.floats((count, 1, 28, 28), float("nan")),
                      labels=ds.npy("<i8", (count,), struct.pack(f"<{count}q", *(i % 10 for i in range(count)))))
    return [
        Case("qat: a label out of range", shop.qat(data=f"idx:{high}"), says=("label 1", "sample"),
             needs_empty_output=False),
        Case("qat: NaN in what calibrates", shop.qat(data=f"npy:{nan}"), UNQUANTIZABLE, ("conv1:input",)),
        Case("qat: NaN in what trains", shop.qat("--calib-samples", "16", data=f"npz:{poisoned}"),
             says=("NaN or infinity", "sample 32", poisoned.name), needs_empty_output=False),
    ]


def divergence(shop):
    absurd = ("--learning-rate", "1000", "--weight-decay", "10")
    return [Case(f"qat: an absurd learning rate for {name}", shop.qat(*absurd, model=model, epochs=40),
                 says=("diverged twice", "learning rate", "learning_rate"), needs_empty_output=False)
            for name, model in (("a float model", None), ("a network of the zoo", "zoo:lenet"))]


def disks(shop):
    """Checkpoints are the first large files that are written."""
    return [Case(f"qat: no file may be larger than {size} bytes", shop.qat(), MACHINE, ("ulimit -f", "checkpoints"),
                 ("where", "got", "do"), prepare=limit_file_size(size), needs_empty_output=False)
            for size in (1000, 200_000)]
