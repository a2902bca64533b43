#include "graph/read/allowed_operators.h"

#include <torch/csrc/jit/runtime/operator.h>

#include <set>

#include "catch.h"

using namespace qtool;

namespace {

/// What the text arguments of operators that only compute are called: modes, and what works on texts themselves. Of
/// LibTorch 1.13 to 2.13, by reading each.
const std::set<std::string> kHarmless = {
    // modes
    "mode", "padding_mode", "pad_mode", "padding", "padding_side", "approximate", "reduction", "reduce",
    "rounding_mode", "UPLO", "driver", "ord", "p", "side", "indexing", "interpolation", "norm", "equation",
    "device_type", "type", "activation", "algorithm", "attr", "unary_attr", "binary_attr", "binary_op_name",
    "unary_op_name", "binary_post_op", "unary_post_op", "post_op_name", "post_op_algorithm",
    "unary_post_op_algorithm", "unary_algorithm",
    // names of dimensions, in 1.13
    "dim", "dim0", "dim1", "dim2", "dims", "names", "order", "out_dim", "outdim", "start_dim", "end_dim",
    // texts
    "self", "a", "b", "s", "l", "str", "string", "substr", "separator", "chars", "fillchar", "old", "new",
    "values", "key", "item", "el", "idx", "ind", "input", "inputs", "t", "default_value", "dict", "to_add",
    "message", "msg", "assert_msg", "cls", "api_name"};

bool holds_text(const c10::TypePtr& type) {
  if (type->kind() == c10::TypeKind::StringType) return true;
  for (const auto& inner : type->containedTypes())
    if (holds_text(inner)) return true;
  return false;
}

}  // namespace

TEST_CASE("what touches files, processes or the terminal is refused") {
  for (const char* name :
       {"aten::save", "aten::from_file", "aten::_print", "prim::rpc_sync", "c10d::send",
        "debugprims::load_tensor", "profiler::_record_function_enter", "unknown::anything"})
    CHECK_FALSE(why_refused(name).empty());
  for (const char* name :
       {"aten::relu", "prim::Print", "quantized::conv2d", "onednn::qconv2d_pointwise", "qtool::probe"})
    CHECK(why_refused(name).empty());
}

TEST_CASE("classes of packed weights are allowed, those of connections are not") {
  CHECK(is_allowed_class("__torch__.Net"));
  CHECK(is_allowed_class("__torch__.torch.classes.quantized.Conv2dPackedParamsBase"));
  CHECK_FALSE(is_allowed_class("__torch__.torch.classes.c10d.ProcessGroup"));
}

// A path, an address or a command is a text. An operator of a new LibTorch that takes a text under a name that nobody
// has looked at fails here: refuse it, or add the name.
TEST_CASE("every allowed operator of this LibTorch that takes a text is known") {
  size_t seen = 0;
  for (const auto& op : torch::jit::getAllOperators()) {
    const auto& schema = op->schema();
    if (!why_refused(schema.name()).empty()) continue;
    for (const auto& argument : schema.arguments()) {
      if (!holds_text(argument.type())) continue;
      ++seen;
      INFO(schema);
      CHECK(kHarmless.contains(argument.name()));
    }
  }
  CHECK(seen > 100);
}
