"""The command line, and options that contradict each other or the model."""
from harness import OUT, UNQUANTIZABLE, Case

DO = ("do",)
VALUE = ("got", "expected", "do")


def cases(shop):
    return [*words(shop), *values(shop), *combinations(shop), *calibration_files(shop)]


def words(shop):
    """What the parser cannot place."""
    return [
        Case("flags: no subcommand", [], says=("subcommand", "ptq"), parts=DO),
        Case("flags: unknown subcommand", ["ptqq", shop.model], says=("'ptqq'", "did you mean 'ptq'"), parts=DO),
        Case("flags: unknown flag", shop.ptq("--calibratr", "mse"), says=("--calibratr", "did you mean '--calibrator'"),
             parts=DO),
        Case("flags: unknown flag with =", shop.ptq("--wieght-bits=4"), says=("--wieght-bits", "'--weight-bits'"),
             parts=DO),
        Case("flags: flag of another subcommand", shop.ptq("--epochs", "3"), says=("--epochs",), parts=DO),
        Case("flags: unknown short flag", shop.ptq("-z"), says=("-z",), parts=DO),
        Case("flags: two models", ["ptq", shop.model, shop.model, "--data", shop.data, "-o", OUT], says=(), parts=DO),
        Case("flags: no value", shop.ptq("--calib-samples"), says=("--calib-samples",), parts=DO),
        Case("flags: no model", ["ptq", "--data", shop.data, "-o", OUT], says=("MODEL",), parts=DO),
        Case("flags: no output", ["ptq", shop.model, "--data", shop.data], says=("--output",), parts=DO),
        Case("flags: no data", ["ptq", shop.model, "-o", OUT], says=("--data",), parts=DO),
        Case("flags: empty output", ["ptq", shop.model, "--data", shop.data, "-o", ""], says=("--output",), parts=DO),
        Case("eval: no data", ["eval", shop.model], says=("--data",), parts=DO),
        Case("bench: no model", ["bench", "--shape", "1x28x28"], says=("MODEL",), parts=DO),
        Case("train: no data", ["train", "zoo:lenet", "-o", OUT], says=("--data",), parts=DO),
        Case("train: unknown network", shop.train(model="zoo:lenett"), says=("zoo:lenett", "did you mean 'lenet'"),
             parts=VALUE),
        Case("train: no network", shop.train(model="zoo:"), says=("zoo:",), parts=VALUE),
    ]


def values(shop):
    wrong = [("--weight-bits", "9", "2 to 8"), ("--weight-bits", "1", "2 to 8"), ("--weight-bits", "eight", "'eight'"),
             ("--mode", "dynamik", "did you mean 'dynamic'"), ("--mode", "int4", "weight-only"),
             ("--weight-bits", "", "2 to 8"), ("--activation-bits", "16", "2 to 8"),
             ("--calib-samples", "0", "at least 1"),
             ("--calib-samples", "-5", "at least 1"), ("--calib-samples", "12x", "'12x'"),
             ("--calib-samples", "1e3", "whole number"), ("--calib-samples", "99999999999999999999", "whole number"),
             ("--calib-batch-size", "0", "at least 1"), ("--verify-samples", "-2", "-1"),
             ("--calibrator", "msee", "did you mean 'mse'"), ("--calibrator", "best", "minmax"),
             ("--improve", "batchnorm", "did you mean 'batch-norm'"), ("--improve", "all", "auto, none"),
             ("--improve", "auto,batch-norm", "a list of the others"),
             ("--improve", "batch-norm,batch-norm", "named twice"),
             ("--weight-granularity", "per-row", "per-channel"), ("--group-size", "33", "0, 32, 64, 128"),
             ("--group-size", "per-row", "0, 32, 64, 128"), ("--engine", "x87", "did you mean 'x86'"),
             ("--device", "gpu", "cpu, cuda"), ("--log-level", "loud", "info"), ("--seed", "-1", "at least 0"),
             ("--seed", "abc", "'abc'"), ("--threads", "-1", "0 to 4096"), ("--threads", "1.5", "'1.5'"),
             ("--max-drop", "much", "'much'"), ("--max-drop", "nan", "nan"), ("--min-accuracy", "inf", "inf"),
             ("--min-accuracy", "-3", "-3")]
    training = [("--epochs", "0", "at least 1"), ("--epochs", "-1", "at least 1"), ("--batch-size", "0", "at least 1"),
                ("--learning-rate", "-0.1", "-0.1"), ("--optimizer", "adam", "did you mean 'adamw'"),
                ("--schedule", "cosin", "did you mean 'cosine'"), ("--momentum", "2", "2"),
                ("--validation", "1.5", "1.5"),
                ("--shift-crop", "-1", "-1"), ("--label-smoothing", "1.5", "1.5")]
    timing = [("--batch", "0", "at least 1"), ("--batch", "1,x", "'x'"), ("--runs", "0", "at least 1"),
              ("--shape", "1x28x", "1x28x"), ("--shape", "big", "big")]
    bench = ["bench", shop.model, "--shape", "1x28x28"]
    return [
        *[Case(f"ptq: {flag} {value!r}", shop.ptq(flag, value), says=(flag, says), parts=VALUE) for flag, value,
          says in wrong],
        *[Case(f"train: {flag} {value}", ["train", "zoo:lenet", "--data", shop.data, "-o", OUT, flag, value],
               says=(flag, says), parts=VALUE) for flag, value, says in training],
        *[Case(f"bench: {flag} {value}", (bench[:2] if flag == "--shape" else bench) + [flag, value], says=(says,),
               parts=VALUE)
          for flag, value, says in timing],
        Case("ptq: a flag twice", shop.ptq("--calib-samples", "8", "--calib-samples", "9"), says=("--calib-samples",),
             parts=VALUE),
    ]


def combinations(shop):
    calibration = shop.int8 / "calibration.json"
    return [
        Case("ptq: --skip matches nothing", shop.ptq("--skip", "conv9"), says=("'conv9'", "did you mean 'conv1'")),
        Case("ptq: --only matches nothing", shop.ptq("--only", "layer*"), says=("'layer*'",)),
        Case("ptq: --skip of an unknown type", shop.ptq("--skip", "type:convv2d"), says=("type:convv2d",)),
        Case("ptq: --skip with a bad regex", shop.ptq("--skip", "re:conv[("), says=("conv[(",)),
        Case("inspect: --skip matches nothing", ["inspect", shop.model, "--skip", "conv9"],
             says=("did you mean 'conv1'",)),
        Case("ptq: two sources of statistics",
             shop.ptq("--from-calibration", calibration, "--merge-calibration", calibration, calibration),
             says=("--from-calibration", "--merge-calibration"), parts=VALUE),
        Case("ptq: gates without verification", shop.ptq("--verify-samples", "0", "--max-drop", "1"),
             says=("--verify-samples", "gates"), parts=VALUE),
        *[Case(f"ptq: {gate} on data without labels", shop.ptq(gate, "1", data="random:1x28x28"),
               says=(gate, "labels", "random:1x28x28")) for gate in ("--max-drop", "--min-accuracy")],
        Case("ptq: verification without data",
             ["ptq", shop.model, "--from-calibration", calibration, "--verify-samples", "10", "-o", OUT],
             says=("--verify-samples",), parts=VALUE),
        Case("ptq: a gate on accuracy without data",
             ["ptq", shop.model, "--from-calibration", calibration, "--min-accuracy", "50", "-o", OUT],
             says=("--data",), parts=VALUE),
        Case("ptq: improvements without data",
             ["ptq", shop.model, "--from-calibration", calibration, "--improve", "batch-norm", "-o", OUT],
             says=("--improve", "--data"), parts=VALUE),
        Case("ptq: dynamic layers for a target that has none",
             shop.ptq("--mode", "dynamic", "--target", "libtorch-onednn"), UNQUANTIZABLE,
             says=("libtorch-onednn", "aten::linear", "dynamic")),
        Case("ptq: a layer that must be calibrated without data",
             ["ptq", shop.model, "--mode", "weight-only", "--recipe",
              shop.write("one_static.yaml", b"rules:\n- {match: 'type:linear', mode: static}\n"), "-o", OUT],
             says=("no data to calibrate on", "static")),
        Case("ptq: no CUDA", shop.ptq("--device", "cuda"), says=("--device", "cuda")),
        Case("eval: no CUDA", shop.evaluate("--device", "cuda"), says=("--device", "cuda")),
        Case("bench: neither --data nor --shape", ["bench", shop.model], says=("--shape",), parts=VALUE),
        Case("bench: both --data and --shape", ["bench", shop.model, "--data", shop.data, "--shape", "1x28x28"],
             says=("--shape",), parts=VALUE),
        Case("ptq: the output is the input",
             ["ptq", shop.int8 / "model.fakequant.pt", "--data", shop.data, "-o", shop.int8],
             says=(shop.int8 / "model.fakequant.pt", "overwrite"), reads=shop.int8 / "model.fakequant.pt"),
        Case("train: the output is the input", ["train", shop.model, "--data", shop.data, "-o", shop.model.parent],
             says=("overwrite",), parts=DO, reads=shop.model),
    ]


def calibration_files(shop):
    good = (shop.int8 / "calibration.json").read_text()
    sites = good.splitlines()

    def case(name, key, text, *says):
        path = shop.write(f"{key}.json", text)
        return Case(f"--from-calibration: {name}", shop.ptq("--from-calibration", path), says=(path, *says))

    return [
        Case("--from-calibration: missing", shop.ptq("--from-calibration", shop.path("nowhere.json")),
             says=(shop.path("nowhere.json"),)),
        case("of another model", "other_model", good.replace('"model_sha256": "', '"model_sha256": "0f'),
             "another model"),
        case("not JSON", "not_json", "layers: 3\n"),
        case("truncated", "cut", good[:len(good) // 2]),
        case("empty", "empty", ""),
        case("a report instead", "report", (shop.int8 / "report.json").read_text(), "schema"),
        case("a list", "list", "[1, 2]"),
        case("a number for a text", "types", good.replace('"site":"conv1:input"', '"site":3')),
        case("counts that contradict themselves", "counts", good.replace('"values":', '"values":9', 1), "conv1:input"),
        Case("--from-calibration: sites of another recipe",
             shop.ptq("--from-calibration", shop.write("sites.json", "\n".join([sites[0], *sites[2:]]))),
             says=("conv1:input",)),
        Case("--merge-calibration: of another model",
             shop.ptq("--merge-calibration", shop.int8 / "calibration.json", shop.path("other_model.json")),
             says=(shop.path("other_model.json"),)),
        Case("--merge-calibration: truncated",
             shop.ptq("--merge-calibration", shop.int8 / "calibration.json", shop.path("cut.json")),
             says=(shop.path("cut.json"),)),
    ]
