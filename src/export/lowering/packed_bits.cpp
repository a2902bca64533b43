#include "export/lowering/packed_bits.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>

namespace qtool {

namespace jit = torch::jit;

namespace {

constexpr int64_t kTogether = 8;  ///< integers that fill whole bytes, whatever their bits

/// Where each of eight integers begins: in which byte, and at which of its bits.
struct Places {
  std::vector<int64_t> byte, bit;
};

Places places(int64_t bits) {
  Places all;
  for (int64_t i = 0; i < kTogether; ++i) {
    all.byte.push_back(i * bits / 8);
    all.bit.push_back(i * bits % 8);
  }
  return all;
}

}  // namespace

at::Tensor pack_bits(const at::Tensor& integers, const QuantScheme& scheme) {
  const int64_t bits = scheme.bits();
  if (bits == 8) return integers.to(at::kChar).contiguous();
  const int64_t groups = (integers.numel() + kTogether - 1) / kTogether;
  const auto counted = (integers - scheme.qmin()).to(at::kShort).contiguous();
  auto packed = at::zeros({groups * bits}, at::kByte);
  const auto* from = counted.data_ptr<int16_t>();
  auto* to = packed.data_ptr<uint8_t>();
  for (int64_t i = 0; i < counted.numel(); ++i) {
    const int64_t at = i * bits;
    const int both = from[i] << (at % 8);
    to[at / 8] |= static_cast<uint8_t>(both);
    if (at % 8 + bits > 8) to[at / 8 + 1] |= static_cast<uint8_t>(both >> 8);
  }
  return packed;
}

jit::Value* emit_unpacking(jit::Graph& graph, jit::Value* packed, const QuantScheme& scheme,
                           const std::vector<int64_t>& sizes) {
  if (scheme.bits() == 8) return packed;
  const auto insert = [&](const char* kind, at::ArrayRef<jit::NamedValue> inputs) {
    return graph.insert(c10::Symbol::fromQualString(kind), inputs);
  };
  const auto [byte, bit] = places(scheme.bits());
  const auto tensor = [&](const std::vector<int64_t>& values, at::ScalarType type) {
    return graph.insert(c10::aten::tensor, {c10::IValue(values)}, {{"dtype", type}});
  };
  int64_t count = 1;
  for (const auto size : sizes) count *= size;
  // An integer lies in two bytes at most. What 16 bits lose of the second of them is none of its bits.
  auto* bytes = insert("aten::to",
                       {insert("aten::view", {packed, std::vector<int64_t>{-1, scheme.bits()}}), at::kShort});
  auto* next = insert("aten::roll", {bytes, std::vector<int64_t>{-1}, std::vector<int64_t>{1}});
  auto* words = graph.insert(c10::aten::add, {bytes, next}, {{"alpha", int64_t{256}}});
  words = insert("aten::index_select", {words, int64_t{1}, tensor(byte, at::kLong)});
  words = insert("aten::bitwise_right_shift", {words, tensor(bit, at::kShort)});
  words = insert("aten::bitwise_and", {words, (int64_t{1} << scheme.bits()) - 1});
  auto* integers = insert("aten::to", {insert("aten::add", {words, scheme.qmin()}), at::kChar});
  auto* all = insert("aten::narrow", {insert("aten::view", {integers, std::vector<int64_t>{-1}}), int64_t{0},
                                      int64_t{0}, count});
  return insert("aten::reshape", {all, sizes});
}

}  // namespace qtool
