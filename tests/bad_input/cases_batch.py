"""`qtool run`: each mistake in a file of many jobs is said with file, line and key, before any job begins."""
from harness import MACHINE, Case, obey_permissions

DO = ("do",)
JOB = "{name: a, task: ptq, model: MODEL, data: 'DATA'}"


def cases(shop):
    return [*structure(shop), *keys(shop), *names_and_folders(shop), *matrices(shop), *files(shop), *yaml_itself(shop),
            *flags(shop), *machine(shop)]


def batch(shop, name, key, text, *says, words=(), parts=DO, **more):
    """The file stands in a folder of its own, and so does what it would write. MODEL and DATA in it are good ones."""
    if isinstance(text, str):
        text = text.replace("JOB", JOB).replace("MODEL", str(shop.model)).replace("DATA", shop.data)
    path = shop.write(f"batch_{key}/jobs.yaml", text)
    return Case(f"batch: {name}", ["run", path, *words], says=says, parts=parts, writes_to=path.parent / "out", **more)


def with_place(shop):
    """case(name, key, text, *says): the error says where in the file."""
    def case(name, key, text, *says):
        return batch(shop, name, key, text, "jobs.yaml:", *says)
    return case


def structure(shop):
    case = with_place(shop)
    return [
        case("an empty file", "empty", "", "jobs.yaml:1:1"),
        case("only a comment", "comment", "# nothing yet\n", "map"),
        case("a list at the top", "list", "- JOB\n", ":1:", "a map with `jobs`"),
        case("a word at the top", "word", "hello\n", ":1:", "map"),
        case("no jobs", "no_jobs", "version: 1\n", "jobs", "missing"),
        case("an empty list of jobs", "no_job", "jobs: []\n", ":1:", "jobs", "an empty list"),
        case("jobs that are a map", "map", "jobs: JOB\n", ":1:", "jobs", "list of jobs"),
        case("jobs that are a word", "jobs_word", "jobs: all\n", ":1:", "'all'", "list of jobs"),
        case("a job that is a word", "job_word", "jobs: [ptq]\n", ":1:", "jobs[0]", "'ptq'"),
        case("a job without a task", "no_task", "jobs:\n  - {name: a}\n", ":2:", "jobs[0].task", "missing"),
        case("an unknown task", "task", "jobs:\n  - {name: a, task: ptqq}\n", ":2:", "'ptqq'", "did you mean 'ptq'"),
        case("a version of the future", "version", "version: 2\njobs: [JOB]\n", ":1:", "version"),
        case("defaults that are a list", "defaults", "defaults: [1]\njobs: [JOB]\n", ":1:", "defaults", "map of keys"),
        case("a required key is missing", "required", "jobs:\n  - {name: a, task: ptq, data: 'DATA'}\n", ":2:", "model",
             "missing"),
    ]


def keys(shop):
    case = with_place(shop)
    return [
        case("an unknown key at the top", "top", "job: []\njobs: [JOB]\n", ":1:1", "job", "did you mean 'jobs'"),
        case("an unknown key of a job", "unknown", "jobs:\n  - name: a\n    task: ptq\n    modell: MODEL\n", ":4:5",
             "jobs[0].modell", "did you mean 'model'"),
        case("a key that belongs elsewhere", "elsewhere",
             "jobs:\n  - {name: a, task: ptq, model: MODEL, weight_bits: 4}\n",
             ":2:", "weight_bits", "did you mean 'quantize.weight_bits'"),
        case("a key of another task", "other_task",
             "jobs:\n  - {name: a, task: bench, models: [MODEL], calibrate: {samples: 3}}\n",
             ":2:", "calibrate"),
        case("a default that no job knows", "default", "defaults: {thraeds: 1}\njobs: [JOB]\n", ":1:",
             "defaults.thraeds",
             "did you mean 'threads'"),
        case("a wrong type", "type",
             "jobs:\n  - name: a\n    task: ptq\n    model: MODEL\n    calibrate: {samples: many}\n",
             ":5:", "jobs[0].calibrate.samples", "'many'"),
        case("a value out of range, in the defaults", "range", "defaults:\n  quantize: {weight_bits: 9}\njobs: [JOB]\n",
             ":2:",
             "defaults.quantize.weight_bits", "2 to 8"),
        case("an unknown name of a choice", "choice",
             "jobs:\n  - name: a\n    task: ptq\n    quantize: {calibrator: msee}\n", ":4:",
             "did you mean 'mse'"),
        case("a bad data spec", "spec", "jobs:\n  - {name: a, task: ptq, model: MODEL, data: 'idxx:/nowhere'}\n", ":2:",
             "data",
             "idxx"),
        case("a network that is not in the zoo", "zoo",
             "jobs:\n  - {name: a, task: train, model: zoo:lenett, data: 'DATA'}\n",
             ":2:", "did you mean 'zoo:lenet'"),
        case("many mistakes at once", "many", "versio: 1\ndefaults: {sed: 1}\njobs:\n  - {name: a, task: ptqq}\n"
             "  - {name: b, task: ptq, model: nowhere.pt, data: 'DATA'}\n", "4 problems", ":1:1: versio", ":2:", ":4:",
             ":5:"),
    ]


def names_and_folders(shop):
    case = with_place(shop)
    return [
        case("no name", "no_name", "jobs:\n  - {task: ptq, model: MODEL, data: 'DATA'}\n", ":2:", "jobs[0].name",
             "missing"),
        case("a name that leaves the folder", "name_up",
             "jobs:\n  - {name: ../x, task: ptq, model: MODEL, data: 'DATA'}\n",
             ":2:", "'../x'"),
        case("a name with a space", "name_space", "jobs:\n  - {name: a b, task: ptq, model: MODEL, data: 'DATA'}\n",
             ":2:", "'a b'"),
        case("a name that is a list", "name_list", "jobs:\n  - {name: [a], task: ptq, model: MODEL, data: 'DATA'}\n",
             ":2:", "name"),
        case("two jobs of one name", "same_name", "jobs:\n  - JOB\n  - JOB\n", ":3:",
             "'a' is the name of the job in line 2"),
        case("two jobs with one folder", "same_folder",
             "jobs:\n  - {name: a, task: ptq, model: MODEL, data: 'DATA', output: x}\n"
             "  - {name: b, task: ptq, model: MODEL, data: 'DATA', output: ./y/../x}\n", ":3:", "output",
             "the same folder"),
    ]


def matrices(shop):
    def case(name, key, matrix, *says):
        return batch(shop, f"a matrix {name}", f"matrix_{key}", f"jobs:\n  - name: a\n    task: ptq\n    model: MODEL\n"
                     f"    data: 'DATA'\n    matrix: {matrix}\n", "jobs.yaml:6:", *says)

    many = str(list(range(1, 12)))
    return [
        case("that is a list", "list", "[1]", "jobs[0].matrix", "map of keys"),
        case("with an empty list", "empty", "{seed: []}", "matrix.seed", "an empty list"),
        case("with a value that is no list", "scalar", "{seed: 3}", "matrix.seed", "list of values"),
        case("over an unknown key", "key", "{quantize.wieght_bits: [8]}", "wieght_bits", "did you mean 'weight_bits'"),
        case("with a bad value", "value", "{quantize.weight_bits: [8, 9]}", "weight_bits", "2 to 8"),
        case("with a key twice", "twice", "{seed: [1], seed: [2]}", "seed", "twice"),
        case("that explodes", "explodes",
             f"{{seed: {many}, threads: {many}, blame_samples: {many}, calibrate.samples: {many}}}",
             "combinations"),
        batch(shop, "a matrix of the file over a key that no job has", "matrix_file",
              "matrix: {epochs: [1, 2]}\njobs: [JOB]\n",
              "jobs.yaml:1:", "no job knows this key"),
    ]


def files(shop):
    case = with_place(shop)
    first = "jobs:\n  - {name: a, task: ptq, model: MODEL, data: 'DATA'}\n"
    return [
        case("a model that is missing", "model", "jobs:\n  - {name: a, task: ptq, model: nowhere.pt, data: 'DATA'}\n",
             ":2:",
             "jobs[0].model", "nowhere.pt"),
        case("data that are missing", "data", "jobs:\n  - {name: a, task: ptq, model: MODEL, data: 'idx:/nowhere'}\n",
             ":2:",
             "jobs[0].data", "/nowhere"),
        case("one of a list of models", "models",
             "jobs:\n  - name: a\n    task: bench\n    models: [MODEL, nowhere.pt]\n", ":4:",
             "jobs[0].models[1]", "nowhere.pt"),
        case("an output of a job that it does not write", "product", first +
             "  - {name: b, task: bench, models: [out/jobs/a/model.int9.pt]}\n", ":3:", "models[0]",
             "did you mean 'model.int8.pt'"),
        case("an output of a job that comes later", "later",
             "jobs:\n  - {name: b, task: bench, models: [out/jobs/a/model.int8.pt]}\n" +
             first.split("\n", 1)[1], ":2:", "job 'a'", "comes later"),
        case("two jobs that need each other", "cycle",
             "jobs:\n  - {name: a, task: ptq, model: out/jobs/b/model.fakequant.pt, data: 'DATA'}\n"
             "  - {name: b, task: ptq, model: out/jobs/a/model.fakequant.pt, data: 'DATA'}\n", ":2:", "a cycle"),
        batch(shop, "an output of a job that is not selected", "unselected", first +
              "  - {name: b, task: bench, models: [out/jobs/a/model.int8.pt]}\n", "jobs.yaml:3:", "not selected",
              words=("--job", "b")),
        Case("batch: missing", ["run", shop.path("no_batch.yaml")], says=("no_batch.yaml",)),
        Case("batch: a folder", ["run", shop.folder], says=(shop.folder,)),
    ]


def yaml_itself(shop):
    def case(name, key, text, *says):
        return batch(shop, name, key, text, "jobs.yaml", *says)

    laughs = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
    return [
        case("not closed", "open", "jobs: [JOB\n", "not YAML"),
        case("tabs", "tab", "jobs:\n\t- a\n", ":2:"),
        case("binary", "binary", b"\x00\x01\x02\xff\xfe" * 50, ":1:1:", "control character"),
        case("not UTF-8", "latin", "jobs:\n  - {name: ä, task: ptq}\n".encode("latin-1")),
        case("a key twice", "key_twice", "jobs: [JOB]\njobs: [JOB]\n", ":2:", "twice"),
        case("an unknown anchor", "anchor", "jobs: *others\n", ":1:"),
        case("an alias that holds itself", "itself", "jobs: &j\n  - name: a\n    task: ptq\n    matrix: {seed: *j}\n",
             ":4:20:", "an alias of a value that it stands in"),
        case("a job that is the list that it is in", "in_itself", "jobs: &j\n  - *j\n", ":2:5:",
             "an alias of a value that it stands in"),
        case("a billion laughs as a key", "laughs", laughs + "jobs: [JOB]\n", "more than 1000000 values"),
        case("a billion laughs as a default", "laughing",
             laughs.replace("a", "x") + "defaults: {seed: *x11}\njobs: [JOB]\n", "more than 1000000 values"),
        case("a billion laughs in a matrix", "laughs_matrix", laughs + "matrix: {seed: *a11}\njobs: [JOB]\n",
             "more than 1000000 values"),
        case("ten megabytes of brackets", "deep", "jobs: " + "[" * 10_000_000),
        case("ten megabytes of maps", "deep_maps", "jobs: " + "{a: " * 2_500_000),
        case("two documents", "documents", "jobs: [JOB]\n---\njobs: [JOB]\n", ":3", "second document"),
    ]


def flags(shop):
    def case(name, key, *words, says, text="jobs: [JOB]\n", parts=DO):
        return batch(shop, name, f"flag_{key}", text, *says, words=words, parts=parts)

    return [
        Case("batch: no file", ["run"], says=("FILE",), parts=DO),
        case("--jobs 0", "jobs0", "--jobs", "0", says=("--jobs", "1 to 256")),
        case("--jobs many", "jobs_word", "--jobs", "many", says=("--jobs", "'many'")),
        case("--job that matches nothing", "job", "--job", "b*", says=("'b*'", "matches no job", "jobs.yaml")),
        case("--job with a typo", "job_typo", "--job", "speeed", says=("did you mean 'speed'",),
             text="jobs: [{name: speed, task: bench, models: [MODEL]}]\n"),
        case("--job, empty", "job_empty", "--job", "", says=("--job",)),
        case("--set without a value", "set", "--set", "seed", says=("--set", "key=value")),
        case("--set without a key", "set_key", "--set", "=3", says=("--set", "key=value")),
        case("--set of an unknown key", "set_unknown", "--set", "sed=3", says=("sed", "did you mean 'seed'")),
        case("--set of a bad value", "set_value", "--set", "quantize.weight_bits=9",
             says=("quantize.weight_bits", "2 to 8")),
        case("--set of a group", "set_group", "--set", "quantize=9", says=("quantize",)),
        case("--set of a missing model", "set_model", "--set", "model=nowhere.pt", says=("nowhere.pt",)),
        case("a flag of ptq", "ptq", "--weight-bits", "4", says=("--weight-bits",)),
    ]


def machine(shop):
    locked = shop.path("batch_locked")
    shop.write("batch_locked/jobs.yaml",
               "jobs: [" + JOB.replace("MODEL", str(shop.model)).replace("DATA", shop.data) + "]\n")
    locked.chmod(0o555)
    shop.write("batch_in_the_way/out", "x")
    return [
        Case("batch: no permission to write", ["run", locked / "jobs.yaml"], MACHINE, ("denied", "batch_locked/out"),
             ("do",),
             prepare=obey_permissions, writes_to=locked / "out"),
        batch(shop, "a file in the output's place", "in_the_way", "jobs: [JOB]\n", "batch_in_the_way/out",
              code=MACHINE),
    ]
