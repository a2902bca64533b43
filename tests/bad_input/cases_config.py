"""--config: each message has the file, the line and the key."""
from harness import Case

DO = ("do",)


def cases(shop):
    def case(name, key, text, *says, code=2, parts=DO):
        path = shop.write(f"{key}.yaml", text)
        return Case(f"config: {name}", shop.ptq("--config", path), code, says=(path, *says), parts=parts)

    return [
        Case("config: missing", shop.ptq("--config", shop.path("nowhere.yaml")), says=(shop.path("nowhere.yaml"),)),
        Case("config: a folder", shop.ptq("--config", shop.folder), says=(shop.folder,)),
        case("unknown key", "key", "version: 1\nsamples: 3\n", ":2:", "samples", "did you mean 'calibrate.samples'"),
        case("mistyped key", "typo", "calibrate:\n  sampels: 3\n", ":2:", "sampels", "did you mean 'samples'"),
        case("mistyped group", "group", "quantise: {weight_bits: 4}\n", ":1:", "quantise", "did you mean 'quantize'"),
        case("wrong type", "type", "calibrate: {samples: many}\n", ":1:", "calibrate.samples", "'many'"),
        case("out of range", "range", "quantize:\n  weight_bits: 9\n", ":2:", "weight_bits", "2 to 8"),
        case("a number in quotes", "quotes", 'calibrate: {samples: "32"}\n', ":1:", "samples"),
        case("a map for a number", "map", "calibrate: {samples: {a: 1}}\n", ":1:", "samples"),
        case("a number for a group", "scalar", "calibrate: 7\n", ":1:", "calibrate"),
        case("a word for a list", "word", "quantize: {skip: fc1}\n", ":1:", "skip", "list"),
        case("unknown calibrator", "calibrator", "quantize: {calibrator: msee}\n", ":1:", "did you mean 'mse'"),
        case("tabs", "tab", "quantize:\n\tweight_bits: 4\n", ":2:"),
        case("a key twice", "twice", "seed: 1\nseed: 2\n", ":2:", "seed", "twice"),
        case("a list at the top", "list", "- a\n- b\n", ":1:", "map"),
        case("a word at the top", "top", "hello\n", ":1:", "map"),
        case("not closed", "open", "quantize: {weight_bits: 4\n", "not YAML"),
        case("an unknown anchor", "anchor", "seed: *other\n", ":1:"),
        case("two documents", "documents", "seed: 1\n---\nseed: 2\n", ":3:", "second document"),
        case("binary", "binary", b"\x00\x01\x02\xff\xfe", ":1:"),
        case("a version of the future", "version", "version: 2\n", ":1:", "version"),
        case("another task", "task", "task: train\n", ":1:", "train", "ptq"),
        case("a rule without match", "match", "quantize:\n  rules:\n    - {skip: true}\n", ":3:", "match"),
        case("a rule that is a word", "rule", "quantize:\n  rules: [fc1]\n", ":2:", "rules[0]"),
        case("a rule that matches nothing", "nothing", "quantize:\n  rules:\n    - {match: conv9, skip: true}\n",
             ":3", "'conv9'", "did you mean 'conv1'", parts=("where", "got", "expected", "do")),
        case("a rule with a bad regex", "regex", "quantize:\n  rules:\n\n    - {match: 're:fc[', skip: true}\n",
             ":4", "fc[", parts=("where", "got", "expected", "do")),
        case("all errors at once", "both", "sed: 1\nquantize:\n  weight_bits: 9\ncalibrate: {samples: 0}\n",
             "3 problems",
             ":1:1: sed", ":3:", "weight_bits", ":4:", "calibrate.samples"),
        case("rules that skip everything", "all", "quantize:\n  rules:\n    - {match: '*', skip: true}\n", ":3",
             "rule '*'",
             code=3, parts=("got", "expected", "do")),
    ]
