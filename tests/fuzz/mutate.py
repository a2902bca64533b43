"""Ways to damage a file: bytes, text, JSON, pickles, zip archives. All take a random.Random first and return something
new."""
import copy
import io
import json
import pathlib
import pickle
import pickletools
import re
import struct
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "bad_input"))
import onnx_bytes  # noqa: E402

INTEGERS = (0, 1, 2, 3, 7, 8, 127, 128, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**40, 2**62,
            2**63 - 1, 2**63,
            2**64, -1, -2, -2**31, -2**63)
NUMBERS = (*map(str, INTEGERS), "1e999", "-1e999", "1e-320", "nan", "-nan", "inf", ".inf", "0.0", "-0.0", "1.5", "0x7f",
           "1_000", "٣")
TEXTS = ("", " ", ".", "..", "../../../x", "/", "/etc/passwd", "a/b", "\0", "\x1b[31mred", "a\nb", "a\r\n::error::b",
         "é", "名前",
         "\udcff", "<script>", "](javascript:x)", "%s%n", "true", "null", "~", "{", "[", "*a", "&a", "!!binary", "re:(",
         "x" * 5000,
         "__torch__", "self", "None", "torch", "Tensor", "[]", "List[int]", "os.system", "aten::relu", "CONSTANTS.c0")


def some(random, value, ways, most=4):
    """One to `most` of these ways, one after another."""
    for _ in range(random.choice((1, 1, 2, random.randint(1, most)))):
        value = random.choice(ways)(random, value)
    return value


# Bytes

def _place(random, data):
    return random.randrange(len(data) + 1)


def flip_bit(random, data):
    if not data:
        return data
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1:]


def set_number(random, data):
    """An integer of 1, 2, 4 or 8 bytes becomes one that is at the edge of something."""
    size = random.choice((1, 2, 4, 8))
    number = (random.choice(INTEGERS) % 256**size).to_bytes(size, random.choice(("little", "big")))
    at = random.randrange(max(1, len(data) - size + 1))
    return data[:at] + number + data[at + size:]


def cut(random, data):
    return data[:_place(random, data)]


def cut_few(random, data):
    return data[:max(0, len(data) - random.choice((1, 2, 4, 8, 16)))]


def extend(random, data):
    return data + random.choice((b"\0", b"\xff", b"\0" * 64, data[:100], random.randbytes(random.randint(1, 300))))


def remove(random, data):
    at = _place(random, data)
    return data[:at] + data[at + random.choice((1, 2, 4, 8, 64, 1024)):]


def repeat(random, data):
    at = _place(random, data)
    piece = data[at:at + random.choice((1, 2, 4, 8, 64, 1024))]
    return data[:at] + piece * random.choice((2, 2, 3, 50)) + data[at + len(piece):]


def insert(random, data):
    at = _place(random, data)
    return data[:at] + random.randbytes(random.randint(1, 16)) + data[at:]


def move(random, data):
    a, b = sorted((_place(random, data), _place(random, data)))
    return data[b:] + data[:a] + data[a:b]


BYTES = (flip_bit, flip_bit, set_number, set_number, set_number, cut, cut_few, extend, remove, repeat, insert, move)


def damage(random, data):
    return some(random, data, BYTES)


# Text: each way takes and returns bytes, so that it may cease to be UTF-8.

def _replace_match(random, data, pattern, texts):
    found = list(re.finditer(pattern, data))
    if not found:
        return insert(random, data)
    match = random.choice(found)
    return data[:match.start()] + random.choice(texts).encode(errors="surrogateescape") + data[match.end():]


def change_number(random, data):
    return _replace_match(random, data, rb"-?\d+(\.\d+)?(e-?\d+)?", NUMBERS)


def change_word(random, data):
    words = [word.decode(errors="surrogateescape") for word in re.findall(rb"[\w.:/-]+", data)] or [""]
    return _replace_match(random, data, rb"[\w.:/-]+", (*TEXTS, *random.sample(words, min(20, len(words)))))


def change_mark(random, data):
    return _replace_match(random, data, rb"[^\w\s]", tuple("()[]{}<>,:;.=*&!#-|\"'\\"))


def _lines(data):
    return data.split(b"\n")


def remove_line(random, data):
    lines = _lines(data)
    del lines[random.randrange(len(lines))]
    return b"\n".join(lines)


def repeat_line(random, data):
    lines = _lines(data)
    at = random.randrange(len(lines))
    times = random.choice((2, 2, 100))
    if b"append" in lines[at]:  # of all that was appended before: twice as much each time, which nobody computes
        times = 2
    return b"\n".join(lines[:at] + [lines[at]] * times + lines[at + 1:])


def swap_lines(random, data):
    lines = _lines(data)
    a, b = random.randrange(len(lines)), random.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines)


def indent_line(random, data):
    lines = _lines(data)
    at = random.randrange(len(lines))
    lines[at] = random.choice((b"  " + lines[at], lines[at].lstrip(), b"\t" + lines[at]))
    return b"\n".join(lines)


def nest(random, data):
    """Something inside more brackets than anybody writes."""
    opening, closing = random.choice(((b"[", b"]"), (b"(", b")"), (b"{", b"}"), (b"{a: ", b"}"), (b"- ", b""),
                                      (b"-", b""), (b"not ", b"")))
    depth, at = random.choice((3, 100, 3000, 100_000)), _place(random, data)
    return data[:at] + opening * depth + random.choice((b"", b"1")) + closing * random.choice((depth, depth,
                                                                                               0)) + data[at:]


TEXT = (change_number, change_number, change_word, change_word, change_mark, remove_line, repeat_line, swap_lines,
        indent_line, nest,
        *BYTES[:8])


def damage_text(random, data):
    return some(random, data, TEXT)


# JSON

def _nodes(value, found):
    """Each container, with each of its keys."""
    for key, child in value.items() if isinstance(value, dict) else enumerate(value):
        found.append((value, key))
        if isinstance(child, (dict, list)):
            _nodes(child, found)
    return found


def _json_value(random):
    return random.choice((None, True, {}, [], [[]], {"a": 1}, -1, 0, 0.5, 1e300, float("nan"), float("inf"), 2**31,
                          2**63, 2**64, -2**63,
                          10**400, "", "x", "\x1b[31m", "../../x", "a\nb", "\u0000", "1", [1] * 3000))


def change_node(random, tree):
    tree = copy.deepcopy(tree)
    nodes = _nodes(tree, [])
    if not nodes:
        return tree
    container, key = random.choice(nodes)
    way = random.randrange(4)
    if way == 0:
        del container[key]
    elif way == 1:
        other, other_key = random.choice(nodes)
        container[key] = copy.deepcopy(other[other_key])
    elif way == 2 and isinstance(container, list):
        container.extend(container[:1] * random.choice((1, 100)))
    elif way == 2:
        container[random.choice(TEXTS)] = container.pop(key)
    else:
        container[key] = _json_value(random)
    return tree


def damage_json(random, data):
    if random.random() < 0.4:
        return damage_text(random, data)
    tree = some(random, json.loads(data), (change_node,))
    return json.dumps(tree, ensure_ascii=random.random() < 0.5).encode(errors="surrogateescape" if random.random() < 0.5
                                                                       else "replace")


# Pickles

def _opcodes(data):
    """(start, end, name, argument) of each."""
    found = []
    try:
        for opcode, argument, at in pickletools.genops(data):
            if found:
                found[-1][1] = at
            found.append([at, len(data), opcode.name, argument])
        if found:
            found[-1][1] = found[-1][0] + 1  # STOP; what follows is no pickle
    except Exception:  # what was damaged before; the part that reads will do
        pass
    return found


def _binary_int(number):
    return b"J" + struct.pack("<i", number) if -2**31 <= number < 2**31 else pickle.dumps(number, 2)[2:-1]


def _binary_text(text):
    data = text.encode(errors="surrogateescape")
    return b"X" + struct.pack("<I", len(data)) + data


def change_opcode(random, data):
    opcodes = _opcodes(data)
    if not opcodes:
        return damage(random, data)
    start, end, name, argument = random.choice(opcodes)
    others = [data[a:b] for a, b, _, _ in random.sample(opcodes, min(5, len(opcodes)))]
    replacements = [b"", data[start:end] * 2, b"N", b"]", b"}", b")", b"0", b"(", b"t", b"R", b"b", b"Q", *others]
    if isinstance(argument, int):
        replacements += [_binary_int(random.choice(INTEGERS))] * 8
    elif isinstance(argument, str) and name == "GLOBAL":
        replacements += [f"c{module}\n{attribute}\n".encode() for module, attribute in
                         (("os", "system"), ("torch", "FloatStorage"), ("torch._utils", "_rebuild_tensor_v2"),
                          ("__torch__", "X"),
                          ("torch.jit._pickle", "build_intlist"), ("torch", "device"),
                          ("torch._utils", "_rebuild_sparse_tensor"))]
    elif isinstance(argument, str):
        replacements += [_binary_text(random.choice(TEXTS))] * 4
    return data[:start] + random.choice(replacements) + data[end:]


def change_argument(random, data):
    """Sizes, strides, offsets, names of storages."""
    opcodes = [entry for entry in _opcodes(data) if isinstance(entry[3], (int, str))
               and entry[2] not in ("PROTO", "GLOBAL")
               and "PUT" not in entry[2] and "GET" not in entry[2]]
    if not opcodes:
        return change_opcode(random, data)
    start, end, _, argument = random.choice(opcodes)
    new = _binary_int(random.choice(INTEGERS)) if isinstance(argument, int) else _binary_text(
        random.choice((*TEXTS, *(entry[3] for entry in opcodes if isinstance(entry[3], str)))))
    return data[:start] + new + data[end:]


def nest_pickle(random, data):
    depth = random.choice((100, 5000, 200_000))
    opening, closing = random.choice(((b"]", b"a"), (b"(", b"t"), (b")", b"\x85"), (b"N", b"\x85")))
    at = random.choice(_opcodes(data) or [[0]])[0]
    return data[:at] + opening * depth + closing * (depth - 1) + data[at:]


PICKLE = (change_argument, change_argument, change_argument, change_opcode, change_opcode, nest_pickle, damage)


def damage_pickle(random, data):
    return some(random, data, PICKLE)


# Messages of protobuf

def _is_message(value):
    try:
        return isinstance(value, bytes) and len(value) > 1 and bool(onnx_bytes.fields_of(value))
    except ValueError:
        return False


def change_field(random, data):
    """One field at any depth; the lengths of what it stands in stay right."""
    try:
        fields = onnx_bytes.fields_of(data)
    except ValueError:
        return damage(random, data)
    if not fields:
        return insert(random, data)
    at = random.randrange(len(fields))
    number, value = fields[at]
    if _is_message(value) and random.random() < 0.85:
        fields[at] = (number, change_field(random, value))
        return onnx_bytes.message(fields)
    way = random.randrange(8)
    if way == 0:
        del fields[at]
    elif way == 1:
        fields[at:at + 1] = [fields[at]] * random.choice((2, 2, 100))
    elif way == 2:
        fields[at] = (random.randrange(1, 30), value)
    elif way == 3:
        fields[at] = (number, random.choice(fields)[1])
    elif isinstance(value, bytes):
        text = random.choice(TEXTS).encode(errors="surrogateescape")
        fields[at] = (number, random.choice((text, damage(random, value), damage(random, value))))
    else:
        fields[at] = (number, random.choice(INTEGERS))
    return onnx_bytes.message(fields)


def nest_field(random, data):
    """A message in itself, many times."""
    for _ in range(random.choice((3, 50, 3000))):
        data = onnx_bytes.message([(random.choice((7, 1, 5, 6)), data)])
    return data


def damage_protobuf(random, data):
    return some(random, data, (*[change_field] * 8, nest_field, damage))


# Zip archives: a list of (name, data)

def unpack(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def pack(members, compressed=False):
    """Right checksums, as an attacker or a broken exporter would have them."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED) as archive:
        for name, data in members:
            info = zipfile.ZipInfo("x", (2020, 1, 1, 0, 0, 0))
            info.filename = name
            archive.writestr(info, data, zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED)
    return file.getvalue()


def remove_member(random, members):
    at = random.randrange(len(members))
    return members[:at] + members[at + 1:]


def repeat_member(random, members):
    return members + [random.choice(members)]


def swap_members(random, members):
    members = list(members)
    a, b = random.randrange(len(members)), random.randrange(len(members))
    (name_a, data_a), (name_b, data_b) = members[a], members[b]
    members[a], members[b] = (name_a, data_b), (name_b, data_a)
    return members


def rename_member(random, members):
    members = list(members)
    at = random.randrange(len(members))
    name, data = members[at]
    top = name.split("/")[0]
    text = random.choice(TEXTS).encode(errors="replace").decode()[:2000]
    members[at] = (random.choice((text, f"{top}/{text}", name + text, "../" + name, name.upper(),
                                  name.replace("/", "\\"))) or "x", data)
    return members


def empty_member(random, members):
    members = list(members)
    at = random.randrange(len(members))
    members[at] = (members[at][0], b"")
    return members


def damage_member(random, name, data):
    """By what a member of a file of PyTorch or NumPy is."""
    if name.endswith(".pkl") or name.endswith("debug_pkl"):
        return damage_pickle(random, data)
    if name.endswith(".py"):
        return damage_text(random, data)
    return damage(random, data)


def change_member(random, members):
    """A member of code or structure rather than one of the many of numbers."""
    members = list(members)
    told = [i for i, (name, _) in enumerate(members) if name.endswith((".pkl", ".py", "debug_pkl"))]
    at = random.choice(told) if told and random.random() < 0.7 else random.randrange(len(members))
    members[at] = (members[at][0], damage_member(random, *members[at]))
    return members


ZIP = (change_member, change_member, change_member, change_member, change_member, remove_member, repeat_member,
       swap_members,
       rename_member, empty_member)


def damage_zip(random, data, ways=ZIP):
    """Mostly what is inside, with right checksums; else the archive as bytes."""
    if random.random() < 0.15:
        return damage(random, data)
    members = unpack(data)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        if members:
            members = random.choice(ways)(random, members)
    return pack(members, compressed=random.random() < 0.1)
