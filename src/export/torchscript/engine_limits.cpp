#include "export/torchscript/engine_limits.h"

#include <torch/version.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace qtool {
namespace {

/// The list argument, or nothing where it is not constant.
std::vector<int64_t> list(const OperatorView& op, const char* name) {
  const auto found = op.lists.find(name);
  return found == op.lists.end() ? std::vector<int64_t>() : found->second;
}

bool all_are(const std::vector<int64_t>& values, int64_t wanted) {
  return std::all_of(values.begin(), values.end(), [&](int64_t value) { return value == wanted; });
}

int64_t groups_of(const OperatorView& op) {
  const auto found = op.numbers.find("groups");
  return found == op.numbers.end() ? 1 : static_cast<int64_t>(found->second);
}

/// Kernels count in 32 bits.
bool is_beyond_32_bits(const OperatorView& op) {
  const auto fits = [](int64_t value) { return value >= INT32_MIN && value <= INT32_MAX; };
  return std::any_of(op.lists.begin(), op.lists.end(), [&](const auto& entry) {
    return !std::all_of(entry.second.begin(), entry.second.end(), fits);
  });
}

/// 0 where the window is computed.
int64_t values_in_window(const OperatorView& op) {
  auto sides = list(op, "kernel_size");
  if (sides.size() == 1) sides.resize(op.kind == "aten::avg_pool3d" ? 3 : 2, sides[0]);  // one for all axes
  int64_t values = sides.empty() ? 0 : 1;
  for (const auto side : sides) values *= side;
  return values;
}

/// An average lies on its input's grid, which holds neither sums nor small shares of them.
bool divides_by_another_number(const OperatorView& op) {
  const auto divisor = op.numbers.find("divisor_override");
  const bool is_average = op.kind == "aten::avg_pool2d" || op.kind == "aten::avg_pool3d";
  if (!is_average || divisor == op.numbers.end()) return false;
  return double(values_in_window(op)) != divisor->second;
}

std::string onednn_transposed(const OperatorView& op) {
  // Weights are [C_in, C_out / groups, ...].
  if (op.weight.size(0) / groups_of(op) != op.weight.size(1))
    return "oneDNN's int8 kernel is wrong where input and output channels differ in number";
  return "";
}

std::string fbgemm_transposed(const OperatorView& op) {
  const bool is_2d = op.weight.dim() == 4;
  if (is_2d && groups_of(op) == 1 && op.weight.size(2) == 2 && all_are(list(op, "padding"), 0))
    return "FBGEMM's int8 kernel is wrong for a kernel of height 2 without padding";
  return "";
}

/// A file meets whatever engine its client has, and X86 takes oneDNN or FBGEMM, as the processor has it: what one of
/// them computes wrongly is left to none. Output padding oneDNN refuses, and X86 gives it to FBGEMM.
std::string objection_to_transposed(Engine engine, const OperatorView& op) {
  if (!op.weight.defined() || engine == Engine::kQnnpack) return "";
  const auto padded = !all_are(list(op, "output_padding"), 0);
  if (padded && engine == Engine::kOnednn) return "oneDNN's int8 kernel takes no output padding";
  const auto onednn = padded ? "" : onednn_transposed(op);
  return onednn.empty() ? fbgemm_transposed(op) : onednn;
}

std::string objection_of_qnnpack(const OperatorView& op) {
  if (op.kind == "aten::avg_pool2d") {
    const auto counted = op.numbers.find("count_include_pad");
    if (counted == op.numbers.end() || (counted->second == 0 && !all_are(list(op, "padding"), 0)))
      return "QNNPACK's average counts the padding";
    if (op.numbers.contains("divisor_override")) return "QNNPACK's average takes no other divisor";
  }
  if (op.kind == "aten::conv3d" || op.kind == "aten::max_pool3d")
    return "QNNPACK has no int8 kernel of three dimensions";
  if (op.kind == "aten::max_pool2d") {
    if (!all_are(list(op, "dilation"), 1)) return "QNNPACK's int8 kernel is wrong with dilation";
    if (all_are(list(op, "kernel_size"), 1)) return "QNNPACK takes no pooling of one value";
  }
  return "";
}

}  // namespace

std::string objection_of(Engine engine, const OperatorView& op) {
  if (is_beyond_32_bits(op)) return "an argument is beyond the 32 bits that int8 kernels count in";
#if TORCH_VERSION_MAJOR < 2
  if (op.kind == "aten::max_pool3d") return "LibTorch before 2.0 has no int8 kernel of it";
#endif
  if (divides_by_another_number(op)) return "its divisor_override is not the number of values in its window";
  if (op.kind.rfind("aten::conv_transpose", 0) == 0) return objection_to_transposed(engine, op);
  return engine == Engine::kQnnpack ? objection_of_qnnpack(op) : "";
}

std::string weight_limit_of(Engine engine, const OperatorView& op) {
  const bool is_plain = op.kind == "aten::conv1d" || op.kind == "aten::conv2d";
  if (!is_plain || !op.weight.defined() || groups_of(op) == 1 || op.weight.size(1) != 1) return "";
  constexpr int64_t kMostGroupsOfOnednn = 100;
  if (engine == Engine::kFbgemm || (engine == Engine::kX86 && groups_of(op) > kMostGroupsOfOnednn))
    return "7-bit weight: FBGEMM's depthwise kernel adds in 16 bits";
  return "";
}

bool is_doubtful_with_amx(const OperatorView& op) {
  const bool is_plain = op.kind == "aten::conv1d" || op.kind == "aten::conv2d";
  if (!is_plain || !op.weight.defined() || !all_are(list(op, "dilation"), 1)) return false;
  constexpr int64_t kMostChannels = 64, kWide = 8;
  const int64_t columns = op.weight.size(-1), rows = op.kind == "aten::conv1d" ? 1 : op.weight.size(-2);
  const bool is_single = rows == 1 && columns == 1;
  const bool is_odd = groups_of(op) > 1 || rows == 1 || columns == 1 || columns >= kWide;
  return !is_single && is_odd && op.weight.size(1) <= kMostChannels;
}

}  // namespace qtool
