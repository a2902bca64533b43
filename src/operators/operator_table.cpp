#include "operators/operator_table.h"

#include <algorithm>
#include <array>

namespace qtool {
namespace {

constexpr FixedGrid kShare = {1.0 / 256, 0};          // [0, 1)
constexpr FixedGrid kSignedShare = {1.0 / 128, 128};  // [-1, 1)

constexpr OperatorRow kTable[] = {
    {"aten::conv1d", OperatorClass::kLayer},
    {"aten::conv2d", OperatorClass::kLayer},
    {"aten::conv3d", OperatorClass::kLayer},
    // A transposed convolution's weight is [C_in, C_out / groups, ...]; LibTorch's kernels take one scale for
    // all of it.
    {"aten::conv_transpose1d", OperatorClass::kLayer, 1, false},
    {"aten::conv_transpose2d", OperatorClass::kLayer, 1, false},
    {"aten::linear", OperatorClass::kLayer, 0, true, {}, true},
    {"aten::embedding", OperatorClass::kLookUp},
    {"aten::lstm", OperatorClass::kRecurrent, 0, true, {}, true},
    {"aten::gru", OperatorClass::kRecurrent, 0, true, {}, true},
    {"aten::rnn_tanh", OperatorClass::kRecurrent},
    {"aten::rnn_relu", OperatorClass::kRecurrent},
    {"aten::lstm_cell", OperatorClass::kRecurrent, 0, true, {}, true},
    {"aten::gru_cell", OperatorClass::kRecurrent, 0, true, {}, true},
    {"aten::rnn_tanh_cell", OperatorClass::kRecurrent},
    {"aten::rnn_relu_cell", OperatorClass::kRecurrent},
    {"aten::add", OperatorClass::kCombine},
    {"aten::mul", OperatorClass::kCombine},
    {"aten::cat", OperatorClass::kCombine},
    {"aten::hardswish", OperatorClass::kActivation},
    {"aten::leaky_relu", OperatorClass::kActivation},
    {"aten::elu", OperatorClass::kActivation},
    {"aten::batch_norm", OperatorClass::kNorm},
    {"aten::sigmoid", OperatorClass::kFixed, 0, true, kShare},
    {"aten::hardsigmoid", OperatorClass::kFixed, 0, true, kShare},
    {"aten::tanh", OperatorClass::kFixed, 0, true, kSignedShare},
    {"aten::relu", OperatorClass::kClip},
    {"aten::hardtanh", OperatorClass::kClip},
    {"aten::flatten", OperatorClass::kMove},
    {"aten::reshape", OperatorClass::kMove},
    {"aten::permute", OperatorClass::kMove},
    {"aten::transpose", OperatorClass::kMove},
    {"aten::squeeze", OperatorClass::kMove},
    {"aten::unsqueeze", OperatorClass::kMove},
    {"aten::slice", OperatorClass::kMove},
    {"aten::select", OperatorClass::kMove},
    {"aten::pixel_shuffle", OperatorClass::kMove},
    {"aten::max_pool1d", OperatorClass::kMove},
    {"aten::max_pool2d", OperatorClass::kMove},
    {"aten::max_pool3d", OperatorClass::kMove},
    {"aten::upsample_nearest2d", OperatorClass::kMove},
    {"aten::constant_pad_nd", OperatorClass::kMove},
    {"aten::adaptive_avg_pool2d", OperatorClass::kPool},
    {"aten::avg_pool2d", OperatorClass::kPool},
    {"aten::adaptive_avg_pool3d", OperatorClass::kPool},
    {"aten::avg_pool3d", OperatorClass::kPool},
    {"aten::mean", OperatorClass::kPool},
    {"aten::upsample_bilinear2d", OperatorClass::kPool},
};

constexpr std::array kShapeReaders = {"aten::size", "aten::dim", "aten::len", "aten::numel", "prim::device"};

}  // namespace

const OperatorRow* find_operator(const std::string& kind) {
  const auto* row =
      std::find_if(std::begin(kTable), std::end(kTable), [&](const auto& r) { return kind == r.kind; });
  return row == std::end(kTable) ? nullptr : row;
}

std::vector<std::string> known_operators() {
  std::vector<std::string> kinds;
  for (const auto& row : kTable) kinds.emplace_back(row.kind);
  return kinds;
}

bool reads_only_shape(const std::string& kind) {
  return std::any_of(kShapeReaders.begin(), kShapeReaders.end(),
                     [&](const char* reader) { return kind == reader; });
}

}  // namespace qtool
