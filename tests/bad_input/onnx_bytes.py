"""Small ONNX files, by Python's standard library alone. A message of protobuf is a list of (number of field, value),
where the value is an integer, bytes, text, or such a list."""
import struct

FLOAT, UINT8, INT8, INT64, BOOL = 1, 2, 3, 7, 9


def varint(number):
    number %= 2**64
    data = b""
    while number > 127:
        data += bytes([number & 127 | 128])
        number >>= 7
    return data + bytes([number])


def message(fields):
    data = b""
    for number, value in fields:
        if isinstance(value, int):
            data += varint(number << 3) + varint(value)
        elif isinstance(value, float):
            data += varint(number << 3 | 5) + struct.pack("<f", value)
        else:
            value = message(value) if isinstance(value, list) else value.encode() if isinstance(value, str) else value
            data += varint(number << 3 | 2) + varint(len(value)) + value
    return data


def fields_of(data):
    """What message() was given, without the types of what has a length; ValueError where it is no message."""
    def number_at(at):
        number = 0
        for i in range(10):
            if at + i >= len(data):
                raise ValueError
            number |= (data[at + i] & 127) << 7 * i
            if data[at + i] < 128:
                return number, at + i + 1
        raise ValueError

    fields, at = [], 0
    while at < len(data):
        tag, at = number_at(at)
        if tag >> 3 == 0:
            raise ValueError
        if tag & 7 == 0:
            value, at = number_at(at)
        elif tag & 7 == 2:
            size, at = number_at(at)
            if at + size > len(data):
                raise ValueError
            value, at = data[at:at + size], at + size
        elif tag & 7 == 5 and at + 4 <= len(data):
            value, at = struct.unpack("<f", data[at:at + 4])[0], at + 4
        else:
            raise ValueError
        fields.append((tag >> 3, value))
    return fields


def tensor(name, shape, kind, raw, *more):
    return [*[(1, size) for size in shape], (2, kind), (8, name), (9, raw), *more]


def floats(name, shape, numbers):
    return tensor(name, shape, FLOAT, struct.pack(f"<{len(numbers)}f", *numbers))


def node(kind, inputs, outputs, *attributes):
    return [*[(1, name) for name in inputs], *[(2, name) for name in outputs], (3, outputs[0] + "/node"), (4, kind),
            *[(5, attribute) for attribute in attributes]]


def integers(name, numbers):
    return [(1, name), *[(8, number) for number in numbers], (20, 7)]


def integer(name, number):
    return [(1, name), (3, number), (20, 2)]


def graph_attribute(name, graph):
    return [(1, name), (6, graph), (20, 5)]


def value(name, shape, kind=FLOAT):
    """A size that is text is one that is known when the model runs."""
    sizes = [(1, [(2 if isinstance(size, str) else 1, size)]) for size in shape]
    return [(1, name), (2, [(1, [(1, kind), (2, sizes)])])]


def graph(nodes, inputs, outputs, tensors=()):
    return [*[(1, node) for node in nodes], (2, "g"), *[(5, tensor) for tensor in tensors],
            *[(11, value) for value in inputs], *[(12, value) for value in outputs]]


def model(graph, opset=21):
    return message([(1, 10), (2, "tests"), (7, graph), (8, [(1, ""), (2, opset)]), (14, [(1, "note"), (2, "by hand")])])


def convolution(opset=21, tensors=None):
    """For any number of images of 1x8x8."""
    weights = tensors or [floats("w", (3, 1, 3, 3), [0.1 * i for i in range(27)])]
    return model(graph([node("Conv", ["x", "w"], ["c"], integers("kernel_shape", [3, 3])),
                        node("Relu", ["c"], ["r"]), node("GlobalAveragePool", ["r"], ["m"]),
                        node("Flatten", ["m"], ["y"], integer("axis", 1))],
                       [value("x", ("batch", 1, 8, 8))], [value("y", ("batch", 3))], weights), opset)


def quantized():
    """The same by QDQ, the weights in int8."""
    def pair(name, made, kind, zero):
        return [node("QuantizeLinear", [name, "s", zero], [made + "/q"]),
                node("DequantizeLinear", [made + "/q", "s", zero], [made])]
    nodes = [*pair("x", "xq", UINT8, "z"), node("DequantizeLinear", ["w", "ws", "wz"], ["wf"], integer("axis", 0)),
             node("Conv", ["xq", "wf"], ["c"]), node("Relu", ["c"], ["r"]), *pair("r", "rq", UINT8, "z"),
             node("GlobalAveragePool", ["rq"], ["m"]), node("Reshape", ["m", "shape"], ["y"])]
    tensors = [floats("s", (), [0.03]), tensor("z", (), UINT8, b"\x80"), floats("ws", (3,), [0.1, 0.2, 0.3]),
               tensor("wz", (3,), INT8, bytes(3)), tensor("w", (3, 1, 3, 3), INT8, bytes(range(27))),
               tensor("shape", (2,), INT64, struct.pack("<qq", -1, 3))]
    return model(graph(nodes, [value("x", ("batch", 1, 8, 8))], [value("y", ("batch", 3))], tensors))


def branching():
    """A branch on a sum, a slice of computed shape, and constants in nodes."""
    def branch(kind):
        return graph([node(kind, ["x"], ["b"])], [], [value("b", ("batch", 1, 8, 8))])
    nodes = [node("Constant", [], ["zero"], [(1, "value"), (5, floats("", (), [0.0])), (20, 4)]),
             node("ReduceSum", ["x"], ["sum"], integer("keepdims", 0)), node("Greater", ["sum", "zero"], ["is"]),
             node("If", ["is"], ["f"], graph_attribute("then_branch", branch("Relu")),
                  graph_attribute("else_branch", branch("Neg"))),
             node("Shape", ["f"], ["sizes"]), node("ConstantOfShape", ["sizes"], ["noise"]),
             node("Add", ["f", "noise"], ["a"]), node("Flatten", ["a"], ["y"])]
    return model(graph(nodes, [value("x", ("batch", 1, 8, 8))], [value("y", ("batch", 64))]))
