"""The JSON Schema and the reader agree: whatever one takes, the other takes, and what one refuses, the other refuses.

schema_test.py QTOOL CONFIGS: needs python3-jsonschema and python3-yaml (exit 77 where they are missing).
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import jsonschema
    import yaml
except ImportError as error:
    print(error)
    sys.exit(77)

QTOOL, CONFIGS = sys.argv[1], pathlib.Path(sys.argv[2])
TASKS = ("ptq", "qat", "train", "eval", "bench")


def qtool(*words):
    return subprocess.run([QTOOL, *map(str, words)], capture_output=True, text=True)


# PyYAML follows YAML 1.1, where 5e-4 is a text.
yaml.SafeLoader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"),
                                      list("-+0123456789"))

SCHEMA = json.loads(qtool("schema").stdout)
jsonschema.Draft202012Validator.check_schema(SCHEMA)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def alternatives(schema):
    return schema.get("anyOf", [schema])


def good_and_bad(schema):
    """Values that fit the schema, and values that do not, for one field."""
    good, bad = [schema["default"]] if schema.get("default") not in (None, "", []) else [], [{"a": 1}]
    for one in alternatives(schema):
        kind = one.get("type")
        if "enum" in one:
            good += one["enum"]
            if {"type": "string"} not in alternatives(schema):
                bad += ["no-such-name", 3.5]
        elif kind == "string":  # beside names: a file
            good.append("own.pt")
        elif kind == "array":
            inner_good, inner_bad = good_and_bad(one["items"])
            good.append(inner_good)
            bad += [[value] for value in inner_bad] + ["a word"]
        elif kind == "boolean":
            good += [True, False]
            bad += ["maybe", 3]
        elif kind in ("integer", "number"):
            low, high = one.get("minimum"), one.get("maximum")
            good += [value for value in (low, high) if value is not None] or [1]
            bad += [value for value in (low - 1 if low is not None else None, high + 1 if high is not None else None)
                    if value is not None]
            bad += ["many"] + ([1.5] if kind == "integer" else [])
        elif kind == "null":
            good.append(None)
        elif isinstance(kind, list):  # text
            good += ["word", 12]
        else:
            raise AssertionError(f"a kind of field that this test does not know: {one}")
    return good, bad


def fields(properties, path=()):
    """(path, schema) of each field below; lists of maps by their first element."""
    for key, schema in properties.items():
        if "properties" in schema:
            yield from fields(schema["properties"], (*path, key))
        elif schema.get("type") == "array" and "properties" in schema["items"]:
            required = schema["items"].get("required", [])
            for inner, inner_schema in fields(schema["items"]["properties"]):
                yield (*path, key, required, *inner), inner_schema
        else:
            yield (*path, key), schema


def document(task, path, value):
    """A file of one job with this value at the path."""
    root = {"version": 1, "task": task}
    here = root
    for step, after in zip(path, (*path[1:], None)):
        if isinstance(step, list):
            here[0].update({name: "*" for name in step if name != after})
            here = here[0]
        elif after is None:
            here[step] = value
        else:
            here = here.setdefault(step, [{}] if isinstance(after, list) else {})
    return root


def reader_takes(folder, task, root):
    file = pathlib.Path(folder, "job.yaml")
    file.write_text(yaml.safe_dump(root, sort_keys=False))
    run = qtool(task, "--config", file, "--print-config")
    assert run.returncode in (0, 2), run.stderr
    return run.returncode == 0, run.stderr


def merged(a, b):
    """Both documents in one. A required key that only keeps another company is "*", see document()."""
    if isinstance(a, dict) and isinstance(b, dict):
        return {key: merged(a[key], b[key]) if key in a and key in b else a.get(key, b.get(key)) for key in {**a, **b}}
    if isinstance(a, list) and isinstance(b, list) and a and b and isinstance(a[0], dict) and isinstance(b[0], dict):
        return [merged(a[0], b[0])]
    return a if b == "*" else b


AT_ONCE = 15  # the reader says 20 problems in full, and required keys that are missing are some of them


def compare(folder, task, documents, takes):
    """The schema is asked about each document, the reader, which says problems at once, about many in one file."""
    for begin in range(0, len(documents), AT_ONCE):
        compare_together(folder, task, documents[begin:begin + AT_ONCE], takes)


def compare_together(folder, task, documents, takes):
    together = {}
    for root in documents:
        assert VALIDATOR.is_valid(root) == takes, f"the schema {'refuses' if takes else 'takes'} {root}"
        together = merged(together, root)
    taken, text = reader_takes(folder, task, together)
    if takes:
        assert taken, f"the reader refuses {together}: {text}"
    else:
        keys = set(re.findall(r"job\.yaml:\d+:\d+: ([\w.\[\]]+): ", text))
        assert len(keys) == len(documents), f"{len(documents)} mistakes in {together}: {text}"


def test_fields():
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for task in TASKS:
            known = list(fields(SCHEMA["$defs"][task]["properties"]))
            values = [(path, *good_and_bad(schema)) for path, schema in known]
            for i in range(max(len(good) for _, good, _ in values)):
                compare(folder, task, [document(task, path, good[i % len(good)]) for path, good, _ in values], True)
            for i in range(max(len(bad) for _, _, bad in values)):
                compare(folder, task, [document(task, path, bad[i % len(bad)]) for path, _, bad in values], False)
            compare(folder, task, [document(task, (*path[:-1], path[-1] + "_x"), 1) for path, _, _ in values], False)
            count += len(known)
    print(f"{count} fields")


def test_reader_knows_no_more():
    for task in TASKS:
        printed = yaml.safe_load(qtool(task, "--print-config").stdout)
        VALIDATOR.validate(printed)


def test_configs():
    files = sorted(CONFIGS.rglob("*.yaml"))
    assert files
    for file in files:
        VALIDATOR.validate(yaml.safe_load(file.read_text()))
        run = qtool("run", file, "--dry-run")
        assert run.returncode == 0, run.stderr


def test_batches():
    job = {"name": "a", "task": "train", "model": "zoo:lenet", "data": "random:1x28x28"}
    good = [{"jobs": [job]}, {"version": 1, "output": "o", "defaults": {"seed": 3, "task": "ptq"}, "jobs": [job]},
            {"matrix": {"train.epochs": [1, 2], "train": [{"flip": True}]}, "jobs": [job]},
            {"jobs": [{**job, "matrix": {"seed": [1]}}]}]
    bad = [{"jobs": []}, {"jobs": {}}, {"jobs": [{**job, "name": None}]}, {"jobs": [{**job, "epochs": 3}]},
           {"jobs": [job], "default": {}}, {"jobs": [job], "defaults": {"sede": 3}}, {"jobs": [{**job, "task": "x"}]},
           {"jobs": [job], "matrix": {"seed": 3}}, {"jobs": [job], "matrix": {"seed": []}},
           {"jobs": [job], "matrix": {"sede": [3]}}, {"jobs": [job], "version": 2}, {"jobs": [job], "output": {}},
           {"jobs": [{key: value for key, value in job.items() if key != "name"}]}, {"jobs": [{**job, "name": "a/b"}]}]
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "batch.yaml")
        for expected, roots in ((True, good), (False, bad)):
            for root in roots:
                file.write_text(yaml.safe_dump(root, sort_keys=False))
                run = qtool("run", file, "--dry-run")
                assert (run.returncode == 0) == expected, f"the reader: {root}: {run.stderr}"
                assert VALIDATOR.is_valid(root) == expected, f"the schema: {root}"


for test in (test_reader_knows_no_more, test_configs, test_batches, test_fields):
    test()
    print("passed:", test.__name__)
