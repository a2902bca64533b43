"""Metrics and losses of the user's own, in files that are none."""

from harness import Case


def cases(shop):
    text = shop.write("own.pt", "not a module")
    half = shop.write("half_own.pt", shop.model.read_bytes()[:2000])
    nowhere = shop.path("nowhere.pt")
    return [
        Case("metric: not there", shop.ptq("--metric", nowhere), says=("does not exist", nowhere)),
        Case("metric: no TorchScript", shop.ptq("--metric", text), says=("not a TorchScript file", text)),
        Case("metric: half a file", shop.ptq("--metric", half), says=(half,), parts=("where", "got", "do")),
        Case("metric: a model", shop.ptq("--metric", shop.model), says=("other arguments", shop.model, "targets")),
        Case("metric: unknown to eval", ["eval", shop.model, "--data", shop.data, "--metric", "tpo1"],
             says=("unknown metric 'tpo1', did you mean 'top1'?",)),
        Case("metric: of other targets", shop.ptq("--metric", "miou"),
             says=("'miou' does not apply", "[samples, classes, ")),
        Case("metric: not there for train", shop.train("--metric", nowhere), says=("does not exist", nowhere)),
        Case("loss: unknown", shop.qat("--loss", "mes"), says=("unknown loss 'mes', did you mean 'mse'?",)),
        Case("loss: not there", shop.qat("--loss", nowhere), says=("does not exist", nowhere)),
        Case("loss: a model", shop.train("--loss", shop.model), says=("other arguments", shop.model, "targets")),
        Case("loss: of other targets", shop.qat("--loss", "mse"), says=("squared error does not apply",),
             needs_empty_output=False),
        Case("loss: distillation without a teacher", shop.train("--loss", "distillation"), says=("needs a teacher",),
             needs_empty_output=False),
        Case("loss: distillation and a part of it", shop.qat("--loss", "distillation", "--distillation", "0.5"),
             says=("--loss distillation",), needs_empty_output=False),
    ]
