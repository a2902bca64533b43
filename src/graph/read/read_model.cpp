#include "graph/read/read_model.h"

#include "graph/read/head.h"
#include "graph/read/onnx_file.h"
#include "graph/read/pt2.h"
#include "graph/read/refuse_model.h"
#include "graph/read/torchscript.h"

namespace qtool {
namespace {

/// A format of model files: one row of the table.
struct ModelFormat {
  bool (*is_of)(const std::string& path, const std::string& head);
  Model (*read)(const std::string& path);
};

constexpr ModelFormat kFormats[] = {{is_pt2, read_pt2}, {is_torchscript, read_torchscript}};

/// Says what a file of no format that qtool reads looks like.
[[noreturn]] void refuse_format(const std::string& path, const std::string& head) {
  if (is_onnx(head))
    refuse_model(path, "this is an ONNX model: only eval, bench and inspect take those", "ONNX", kHowToSave,
                 "the float model as a TorchScript file or as a .pt2 of torch.export");
  if (path.ends_with(".onnx"))
    refuse_model(path, "this is not an ONNX model, as its name says", "no protobuf message of ONNX's",
                 kSaveAgain, "an ONNX file");
  if (static_cast<unsigned char>(head[0]) == 0x80)
    refuse_model(path, "this is a Python pickle, not TorchScript", "a pickle (an old torch.save?)",
                 kHowToSave);
  refuse_model(path, "this is not a TorchScript file", "no zip archive", kHowToSave);
}

}  // namespace

bool is_onnx_model(const std::string& path) { return is_onnx(head_of(path)); }

Model read_model(const std::string& path) {
  const auto head = head_of(path);
  for (const auto& format : kFormats)
    if (format.is_of(path, head)) return format.read(path);
  refuse_format(path, head);
}

}  // namespace qtool
