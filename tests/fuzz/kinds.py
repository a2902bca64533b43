"""What is damaged, and the commands that read it. A kind writes its damaged files into a folder and returns one
command, whose paths count from there; `out` is where the command may write."""
import pathlib
import re
import struct
import zlib

import mutate
import seeds

NOISE = "random:1x8x8,samples=8"
QUICK = ("--blame-samples", "0", "--verify-samples", "4", "--calib-samples", "4", "--quiet")


class Kind:
    name = ""
    may_leave = ()  # of files in `out` when the command has failed; else there must be none

    def __init__(self, good):
        """`good` is the folder with what the program itself has written (fuzz.py's Good)."""
        self.good = good

    def case(self, random, folder):
        raise NotImplementedError


def write(folder, name, data):
    path = pathlib.Path(folder) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return name


class Model(Kind):
    name = "model"

    def __init__(self, good):
        super().__init__(good)
        self.files = list(seeds.models().values()) + [good.read("int8/model.int8.pt"),
                                                      good.read("int8/model.fakequant.pt")]

    def case(self, random, folder):
        return reads_model(random, write(folder, "m.pt", mutate.damage_zip(random, random.choice(self.files))))


def reads_model(random, path):
    """A command that reads the model."""
    return random.choice((
        ["inspect", path], ["inspect", path, "--data", NOISE], ["eval", path, "--data", NOISE],
        ["init", path, "-o", "out/job.yaml"],
        ["ptq", path, "--data", NOISE, "-o", "out", "--dry-run"],
        *[["ptq", path, "--data", NOISE, "-o", "out", *QUICK]] * 3))


def damage_program(random, members):
    """In the JSON of the program or of its tensors."""
    members = list(members)
    at = random.choice([i for i, (name, _) in enumerate(members) if str(name).endswith(".json")] or [0])
    name, text = members[at]
    try:
        members[at] = (name, mutate.damage_json(random, text))
    except ValueError:  # no JSON, or no longer
        members[at] = (name, mutate.damage_text(random, text))
    return members


class Pt2(Kind):
    name = "pt2"

    def __init__(self, good):
        super().__init__(good)
        self.files = list(seeds.programs().values()) or [good.read("good.pt")]

    def case(self, random, folder):
        damaged = mutate.damage_zip(random, random.choice(self.files), ways=(*[damage_program] * 4, *mutate.ZIP))
        return reads_model(random, write(folder, "m.pt2", damaged))


class Onnx(Kind):
    """Where the program has OpenVINO, that reads what is left of them, too."""
    name = "onnx"

    def case(self, random, folder):
        path = write(folder, "m.onnx", mutate.damage_protobuf(random, random.choice(seeds.onnx_files())))
        return random.choice((["inspect", path], ["inspect", path, "--data", NOISE],
                              *[["eval", path, "--against", path, "--data", NOISE]] * 3,
                              ["bench", path, "--shape", "1x8x8", "--batch", "2", "--rounds", "1", "--runs", "1"],
                              ["ptq", path, "--data", NOISE, "-o", "out", "--dry-run"]))


class Checkpoint(Kind):
    name = "checkpoint"
    may_leave = ("checkpoints/last.pt", "history.json", "model.float.pt", "calibration.json")

    def case(self, random, folder):
        write(folder, "out/checkpoints/last.pt", mutate.damage_zip(random, self.good.read("qat/checkpoints/last.pt")))
        return self.good.qat("--resume")


class Tensors(Kind):
    name = "tensors"

    def __init__(self, good):
        super().__init__(good)
        self.files = list(seeds.tensors().items())

    def case(self, random, folder):
        name, data = random.choice(self.files)
        damaged = mutate.damage_pickle(random, data) if name == "old" else mutate.damage_zip(random, data)
        return reads(random, f"tensors:{write(folder, 'x.pt', damaged)}")


def reads(random, spec, model="good.pt"):
    """A command that reads the data."""
    more = random.choice(("", "", "", ",limit=2", ",std=0.2", ",resize=9"))
    if more[:-1] in spec:
        more = ""
    data = ("--data", spec + more)
    return random.choice((["eval", model, "--against", model, *data], ["eval", model, "--against", model, *data],
                          ["inspect", model, *data], ["ptq", model, *data, "-o", "out", "--dry-run"]))


# .npy: 6 bytes of magic, 2 of version, 2 or 4 of the header's length, then a Python dict as text.

DESCRIPTORS = ("<f4", "<f8", "<f2", "|u1", "|i1", "<i8", "<i4", ">f4", "|b1", "<c8", "|O", "<U3", "|S1", "<f16", "|V4",
               "[('x', '<f4')]")


def damage_npy(random, data):
    if random.random() < 0.3 or data[:6] != b"\x93NUMPY":
        return mutate.damage(random, data)
    length = struct.unpack("<H", data[8:10])[0]
    header, values = data[10:10 + length], data[10 + length:]
    way = random.randrange(4)
    if way == 0:
        header = re.sub(rb"'[<|>]..?'", lambda _: repr(random.choice(DESCRIPTORS)).encode(), header)
    elif way == 1:
        extents = ", ".join(str(random.choice((*mutate.INTEGERS, 12, 1, 8)))
                            for _ in range(random.choice((0, 1, 3, 4, 4, 4, 70))))
        header = re.sub(rb"\([^)]*\)", lambda _: f"({extents})".encode(), header)
    elif way == 2:
        header = mutate.damage_text(random, header)
    else:
        values = mutate.damage(random, values)
    length = len(header) if random.random() < 0.8 else random.choice(mutate.INTEGERS) % 65536
    return data[:8] + struct.pack("<H", min(length, 65535)) + header + values


class Npy(Kind):
    name = "npy"

    def case(self, random, folder):
        return reads(random,
                     f"npy:{write(folder, 'x.npy', damage_npy(random, random.choice(list(seeds.npys().values()))))}")


def change_array(random, members):
    members = list(members)
    at = random.randrange(len(members))
    members[at] = (members[at][0], damage_npy(random, members[at][1]))
    return members


class Npz(Kind):
    name = "npz"

    def __init__(self, good):
        super().__init__(good)
        self.files = list(seeds.npzs().values())

    def case(self, random, folder):
        damaged = mutate.damage_zip(random, random.choice(self.files), ways=(change_array, change_array, *mutate.ZIP))
        return reads(random, f"npz:{write(folder, 'x.npz', damaged)}")


class Idx(Kind):
    name = "idx"

    def case(self, random, folder):
        files = seeds.idx_files()
        for name in random.sample(sorted(files), random.choice((1, 1, 2))):
            way = random.random()
            if way < 0.5:  # magic and extents
                at = 4 * random.randrange(4)
                files[name] = files[name][:at] + struct.pack(">I",
                                                             random.choice(mutate.INTEGERS) % 2**32) + files[name][at
                                                                                                                   + 4:]
            else:
                files[name] = mutate.damage(random, files[name])
            if way > 0.8:
                files[name + ".gz"] = mutate.damage(random, seeds.gz(files.pop(name)))
        for name, data in files.items():
            write(folder, "x/" + name, data)
        return reads(random, "idx:x")


class Cifar(Kind):
    name = "cifar"

    def case(self, random, folder):
        for name in (*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"):
            data = seeds.cifar_record() * 2
            write(folder, "x/" + name, mutate.damage(random, data) if random.random() < 0.3 else data)
        return reads(random, "cifar:x", "colour.pt")


def damage_png(random, data):
    """Chunks with right checksums."""
    chunks, at = [], 8
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        chunks.append([kind, data[at + 8:at + 8 + length]])
        at += 12 + length
    entry = random.choice(chunks)
    way = random.randrange(5)
    if way == 0 and entry[0] == b"IDAT":
        entry[1] = zlib.compress(mutate.damage(random, zlib.decompress(entry[1])))
    elif way == 1:
        chunks.insert(random.randrange(len(chunks) + 1), list(random.choice(chunks)))
    elif way == 2:
        chunks.remove(entry)
    elif way == 3:
        chunks.insert(1, [random.choice((b"tRNS", b"PLTE", b"gAMA", b"CgBI", b"eXIf")),
                          random.randbytes(random.choice((0, 1, 3, 6, 256, 768)))])
    else:
        header = bytearray(chunks[0][1])
        at = random.choice((0, 4, 8, 9, 10, 11, 12))
        new = struct.pack(">I",
                          random.choice(mutate.INTEGERS) % 2**32) if at < 8 else bytes([random.choice((0, 1, 2, 3, 4, 6,
                                                                                                       8, 16, 255))])
        header[at:at + len(new)] = new
        chunks[0][1] = bytes(header)
    return data[:8] + b"".join(seeds.chunk(*entry) for entry in chunks)


class Images(Kind):
    name = "images"

    def __init__(self, good):
        super().__init__(good)
        self.files = sorted(seeds.images().items())

    def case(self, random, folder):
        for label in ("cat", "dog"):
            for i in range(2):
                name, data = random.choice(self.files)
                if random.random() < 0.5:
                    structured = name.endswith(".png") and random.random() < 0.6
                    data = damage_png(random, data) if structured else mutate.damage(random, data)
                write(folder, f"x/{label}/{i}{pathlib.Path(name).suffix}", data)
        spec, model = random.choice((("images:x,mean=0.5,crop=8", "good.pt"),
                                     ("images:x,resize=8,crop=8", "colour.pt")))
        return reads(random, spec, model)


class Yaml(Kind):
    name = "yaml"

    def __init__(self, good):
        super().__init__(good)
        self.jobs = [good.read("job.yaml"), good.read("int8/config.resolved.yaml")]
        self.batch = good.read("batch.yaml")

    def case(self, random, folder):
        if random.random() < 0.5:
            write(folder, "x.yaml", mutate.damage_text(random, self.batch))
            return random.choice((["run", "x.yaml", "--dry-run"],
                                  ["run", "x.yaml", "--dry-run", "--set", "calibrate.samples=4", "--json"]))
        write(folder, "x.yaml", mutate.damage_text(random, random.choice(self.jobs)))
        return ["ptq", "--config", "x.yaml", random.choice(("--dry-run", "--print-config"))]


class Recipe(Kind):
    name = "recipe"

    def case(self, random, folder):
        write(folder, "r.yaml", mutate.damage_text(random, self.good.read("recipe.yaml")))
        return ["ptq", "good.pt", "--data", NOISE, "-o", "out", "--recipe", "r.yaml", "--dry-run"]


class Report(Kind):
    name = "report"

    def case(self, random, folder):
        for name in ("a.json", "b.json"):
            data = self.good.read("int8/report.json")
            write(folder, name, mutate.damage_json(random, data) if name == "a.json" or random.random() < 0.2 else data)
        return ["compare", *random.choice((("a.json", "b.json"), ("b.json", "a.json"))),
                *random.choice(((), ("--json",)))]


class Calibration(Kind):
    name = "calibration"

    def case(self, random, folder):
        data = self.good.read("int8/calibration.json")
        write(folder, "a.json", mutate.damage_json(random, data))
        write(folder, "b.json", data)
        words = random.choice((("--from-calibration", "a.json"), ("--merge-calibration", "b.json", "a.json")))
        more = random.choice(((*QUICK, "--data", NOISE), ("--quiet",), ("--dry-run",)))
        return ["ptq", "good.pt", "-o", "out", *words, *more]


class State(Kind):
    name = "state"
    may_leave = ("batch/batch.json",)

    def case(self, random, folder):
        write(folder, "batch.yaml", self.good.read("batch.yaml"))
        write(folder, "out/batch/batch.json", mutate.damage_json(random, self.good.read("state.json")))
        return ["run", "batch.yaml", "--resume", "--dry-run"]


ALL = (Model, Pt2, Onnx, Checkpoint, Tensors, Npy, Npz, Idx, Cifar, Images, Yaml, Recipe, Report, Calibration, State)
