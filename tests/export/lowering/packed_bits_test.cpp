#include "export/lowering/packed_bits.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <memory>
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

QuantScheme scheme_of(int64_t bits) { return QuantScheme::weight(bits, Granularity::kPerTensor, 0); }

at::Tensor unpacked(const at::Tensor& packed, const QuantScheme& scheme, const std::vector<int64_t>& sizes) {
  auto graph = std::make_shared<torch::jit::Graph>();
  auto* input = graph->addInput();
  graph->registerOutput(emit_unpacking(*graph, input, scheme, sizes));
  torch::jit::Stack stack{packed};
  torch::jit::InterpreterState(torch::jit::Code(graph, "unpack")).run(stack);
  return stack.at(0).toTensor();
}

struct Case {
  int64_t bits;
  std::vector<int64_t> integers;
  std::vector<int> bytes;
};

}  // namespace

TEST_CASE("integers stand at their bits, the first in the lowest") {
  const std::vector<Case> cases = {
      // 0 1 2 3 from the lowest: 11 10 01 00, and once more backwards: 00 01 10 11.
      {2, {-2, -1, 0, 1, 1, 0, -1, -2}, {0b11100100, 0b00011011}},
      // 0 to 7: 111 110 101 100 011 010 001 000.
      {3, {-4, -3, -2, -1, 0, 1, 2, 3}, {0b10001000, 0b11000110, 0b11111010}},
      {4, {-8, 7, -7, 6, 0, 1, -1, 2}, {0xF0, 0xE1, 0x98, 0xA7}},
      // 0 31 1 30 16 15 8 23: 10111 01000 01111 10000 11110 00001 11111 00000.
      {5, {-16, 15, -15, 14, 0, -1, -8, 7}, {0b11100000, 0b00000111, 0b00001111, 0b00011111, 0b10111010}},
      // 0 63 1 62, and the same again: 111110 000001 111111 000000.
      {6, {-32, 31, -31, 30, -32, 31, -31, 30}, {0xC0, 0x1F, 0xF8, 0xC0, 0x1F, 0xF8}},
      // 1 0 0 0 0 0 0 127: 1111111 and 0s, and a 1.
      {7, {-63, -64, -64, -64, -64, -64, -64, 63}, {1, 0, 0, 0, 0, 0, 0b11111110}},
      // Not whole: zeros behind.
      {4, {-7, 7, 1}, {0xF1, 0x09, 0, 0}},
      {8, {-127, 0, 127}, {129, 0, 127}}};
  for (const auto& [bits, integers, bytes] : cases) {
    INFO(bits << " bits, " << integers.size() << " integers");
    const auto packed = pack_bits(at::tensor(integers), scheme_of(bits));
    CHECK(packed.view(at::kByte).equal(at::tensor(bytes).to(at::kByte)));
    const std::vector<int64_t> sizes = {static_cast<int64_t>(integers.size())};
    const auto back = unpacked(packed, scheme_of(bits), sizes);
    CHECK(back.scalar_type() == at::kChar);
    CHECK(back.equal(at::tensor(integers).to(at::kChar)));
  }
}

TEST_CASE("each integer of each number of bits comes back") {
  for (int64_t bits = 2; bits <= 8; ++bits) {
    const auto scheme = scheme_of(bits);
    const int64_t count = scheme.qmax() - scheme.qmin() + 1;
    // At each place of eight: a row more than the grid has steps.
    const auto integers =
        at::arange(17 * (count + 1)).remainder(count).view({17, 1, count + 1}) + scheme.qmin();
    INFO(bits);
    const auto packed = pack_bits(integers, scheme);
    CHECK(packed.nbytes() <= static_cast<size_t>((integers.numel() + 7) / 8 * bits));
    CHECK(unpacked(packed, scheme, {17, 1, count + 1}).equal(integers.to(at::kChar)));
  }
}
