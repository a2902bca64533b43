#include "graph/read/onnx_inputs.h"

#include <algorithm>
#include <iterator>

namespace qtool::onnx {
namespace {

constexpr std::string_view kNone[] = {"Constant",     "Loop",          "Optional",     "OptionalHasElement",
                                      "RandomNormal", "RandomUniform", "SequenceEmpty"};
constexpr std::string_view kTwo[] = {"Add",
                                     "AffineGrid",
                                     "And",
                                     "BitShift",
                                     "BitwiseAnd",
                                     "BitwiseOr",
                                     "BitwiseXor",
                                     "CastLike",
                                     "CausalConvWithState",
                                     "CenterCropPad",
                                     "Compress",
                                     "Conv",
                                     "ConvInteger",
                                     "ConvTranspose",
                                     "CumProd",
                                     "CumSum",
                                     "DequantizeLinear",
                                     "Div",
                                     "Equal",
                                     "Expand",
                                     "Gather",
                                     "GatherElements",
                                     "GatherND",
                                     "Gemm",
                                     "Greater",
                                     "GreaterOrEqual",
                                     "GridSample",
                                     "LayerNormalization",
                                     "Less",
                                     "LessOrEqual",
                                     "MatMul",
                                     "MatMulInteger",
                                     "MaxRoiPool",
                                     "MaxUnpool",
                                     "Mod",
                                     "Mul",
                                     "NegativeLogLikelihoodLoss",
                                     "NonMaxSuppression",
                                     "Or",
                                     "PRelu",
                                     "Pow",
                                     "QuantizeLinear",
                                     "RMSNormalization",
                                     "ReverseSequence",
                                     "STFT",
                                     "SequenceAt",
                                     "SequenceInsert",
                                     "SoftmaxCrossEntropyLoss",
                                     "StringConcat",
                                     "Sub",
                                     "SwiGLU",
                                     "TensorScatter",
                                     "Tile",
                                     "Xor"};
constexpr std::string_view kThree[] = {"Attention",
                                       "Col2Im",
                                       "DeformConv",
                                       "GRU",
                                       "GroupNormalization",
                                       "InstanceNormalization",
                                       "LSTM",
                                       "LinearAttention",
                                       "OneHot",
                                       "RNN",
                                       "Range",
                                       "RoiAlign",
                                       "RotaryEmbedding",
                                       "Scatter",
                                       "ScatterElements",
                                       "ScatterND",
                                       "Where"};
constexpr std::string_view kFive[] = {"BatchNormalization", "MelWeightMatrix"};
constexpr std::string_view kEight[] = {"QLinearConv", "QLinearMatMul"};

template <class List>
bool holds(const List& list, std::string_view op) {
  return std::find(std::begin(list), std::end(list), op) != std::end(list);
}

}  // namespace

int fewest_inputs(std::string_view op) {
  if (holds(kNone, op)) return 0;
  if (holds(kTwo, op)) return 2;
  if (holds(kThree, op)) return 3;
  if (holds(kFive, op)) return 5;
  return holds(kEight, op) ? 8 : 1;
}

}  // namespace qtool::onnx
