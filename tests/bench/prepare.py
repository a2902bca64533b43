"""prepare.py MODEL.pt FOLDER: what the peers start from (a state dict, ONNX), and a wide ResNet as TorchScript."""
import sys
import warnings

import torch

import resnet8

warnings.filterwarnings("ignore")
model, folder = resnet8.load(sys.argv[1]), sys.argv[2]
torch.save(model.state_dict(), f"{folder}/float.state_dict.pt")
torch.onnx.export(model, (torch.zeros(1, 1, 28, 28),), f"{folder}/float.onnx", input_names=["x"],
                  output_names=["logits"],
                  dynamic_axes={"x": {0: "N"}}, opset_version=17, dynamo=False)
torch.manual_seed(0)
torch.jit.script(resnet8.ResNet8(widths=(64, 128, 256)).eval()).save(f"{folder}/wide.pt")
