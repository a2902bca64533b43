#include "graph/read/allowed_operators.h"

#include <algorithm>
#include <iterator>

namespace qtool {
namespace {

/// Operators that compute. Left out: those that send (c10d, symm_mem, rpc), that call into Python or debuggers
/// (debugprims, profiler, export), and those that LibTorch's own passes insert and that trust their arguments
/// (static_runtime, inductor).
constexpr std::string_view kNamespaces[] = {"aten",         "prim",    "quantized", "_quantized",
                                            "quantization", "onednn",  "mkldnn",    "mkldnn_prepacked",
                                            "prepacked",    "xnnpack", "sparse",    "torchvision",
                                            "qtool"};

struct Refused {
  std::string_view name;
  const char* why;
};
constexpr Refused kRefused[] = {{"aten::save", "it writes a file"},
                                {"aten::from_file", "it opens a file, and may write it"},
                                {"aten::_print", "it writes to the terminal"},
                                {"aten::dist_backward", "it talks to other processes"},
                                {"prim::rpc_async", "it talks to other processes"},
                                {"prim::rpc_sync", "it talks to other processes"},
                                {"prim::rpc_remote", "it talks to other processes"},
                                {"prim::PythonOp", "it calls Python"},
                                {"prim::IgnoredPythonOp", "it calls Python"}};

constexpr std::string_view kClasses = "__torch__.torch.classes.";
constexpr std::string_view kClassNamespaces[] = {"quantized", "rnn", "sparse", "mkldnn", "xnnpack"};

}  // namespace

std::string why_refused(std::string_view name) {
  for (const Refused& refused : kRefused)
    if (refused.name == name) return refused.why;
  const std::string_view space = name.substr(0, name.find("::"));
  if (std::find(std::begin(kNamespaces), std::end(kNamespaces), space) != std::end(kNamespaces)) return "";
  return "operators of " + std::string(space) + " are not on the list of those that only compute";
}

bool is_allowed_class(std::string_view name) {
  if (!name.starts_with(kClasses)) return true;
  const std::string_view rest = name.substr(kClasses.size());
  const std::string_view space = rest.substr(0, rest.find('.'));
  return std::find(std::begin(kClassNamespaces), std::end(kClassNamespaces), space) !=
         std::end(kClassNamespaces);
}

}  // namespace qtool
