"""Whole inputs for libFuzzer to start from, for those targets of parsers.cpp whose inputs PyTorch, NumPy or the
program writes. Made anew for each run, so that they keep up with the formats; texts, what is at an edge, and what once
failed stand in corpus/."""
import json
import pathlib

import mutate
import seeds


def _shorter(value):
    """With at most two elements in each list."""
    if isinstance(value, dict):
        return {key: _shorter(child) for key, child in value.items()}
    return [_shorter(child) for child in value[:2]] if isinstance(value, list) else value


def _small_statistics(text):
    """Of two sites, with a histogram of few counts that add up."""
    tree = json.loads(text)
    tree["sites"] = tree["sites"][:2]
    for site in tree["sites"]:
        site["histogram"]["counts"] = [site["values"] - 1, 0, 1]
    return json.dumps(tree)


def _members(ending):
    """Of the models and of the saved tensors."""
    archives = [*seeds.models().values(), *(data for name, data in seeds.tensors().items() if name != "old")]
    return sorted({member for data in archives for name, member in mutate.unpack(data) if name.endswith(ending)},
                  key=len)


def write_corpus(good, folder):
    """`good` is fuzz.py's."""
    files = {
        "npy": [seeds.npy(seeds.arrays()[0][:2, :, :2, :2].astype(kind)) for kind in ("f4", "u1", "i8", "f2")],
        "idx": [bytes([14]) + b"".join(seeds.small_idx())],
        "statistics": [_small_statistics(good.read("int8/calibration.json"))],
        "config": [good.read("job.yaml"), good.read("int8/config.resolved.yaml"),
                   "quantize: " + good.read("recipe.yaml").decode().replace(
            "\n", "\n  ")],
        "batch": [good.read("batch.yaml")],
        "report": [json.dumps(_shorter(json.loads(good.read("int8/report.json"))))],
        "state": [good.read("state.json")],
        "pickle": _members(".pkl"), "debug_record": _members(".debug_pkl"), "code": _members(".py")}
    for target, contents in files.items():
        place = pathlib.Path(folder) / target
        place.mkdir(parents=True, exist_ok=True)
        for i, content in enumerate(contents):
            (place / str(i)).write_bytes(content if isinstance(content, bytes) else content.encode())
