"""ONNX files that are no whole ones, or want too much; without OpenVINO nothing more is asked of one."""
import onnx_bytes as onnx
from harness import Case


def told(shop, name, data, *says):
    """inspect must refuse the file and name it."""
    path = shop.write(f"{name.replace(' ', '_')}.onnx", data)
    return Case(f"onnx: {name}", ["inspect", path], says=(path, *says))


def weight(*parts, **more):
    return onnx.convolution(tensors=[onnx.tensor("w", *parts, **more)])


def external(location):
    entry = [(13, [(1, "location"), (2, location)]), (14, 1)]
    return weight((3, 1, 3, 3), onnx.FLOAT, b"", *entry)


def nested(depth):
    graph = onnx.graph([onnx.node("Relu", ["x"], ["y"])], [], [])
    for _ in range(depth):
        branch = onnx.graph_attribute("then_branch", onnx.message(graph))
        graph = onnx.graph([onnx.node("If", ["c"], ["y"], branch)], [], [])
    return onnx.model(graph)


def cases(shop):
    whole = onnx.convolution()
    return [
        told(shop, "truncated", whole[:len(whole) // 2], "damaged or cut off"),
        told(shop, "a text file", b"not a model\n", "not an ONNX model, as its name says"),
        told(shop, "no graph", onnx.message([(1, 10), (2, "tests")]), "no graph"),
        told(shop, "a weight with little data", weight((1000, 1, 3, 3), onnx.FLOAT, bytes(36)),
             "less or more data than the tensor 'w' has"),
        told(shop, "a weight of 2^60 numbers", weight((2**30, 2**30), onnx.FLOAT, b""), "more than 2^40 numbers"),
        told(shop, "a weight of an unknown type", weight((1,), 99, bytes(4)), "a tensor of type 99"),
        told(shop, "weights elsewhere", external("/etc/passwd"), "'/etc/passwd'"),
        told(shop, "weights above", external("../w.bin"), "'../w.bin'"),
        told(shop, "weights that are not there", external("w.bin"), "no file 'w.bin'"),
        told(shop, "graphs without end", nested(3000), "more than 32 deep"),
        Case("onnx: ptq does not take it", shop.ptq(model=shop.write("float.onnx", whole)),
             says=("this is an ONNX model",)),
        Case("onnx: ptq does not plan for it, either", [*shop.ptq(model=shop.path("float.onnx")), "--dry-run"],
             says=("this is an ONNX model",)),
        told(shop, "a node without its inputs", onnx.model(onnx.graph(
            [onnx.node("Conv", ["x"], ["y"])], [onnx.value("x", (1, 1, 8, 8))], [])), "1 input of Conv"),
    ]
