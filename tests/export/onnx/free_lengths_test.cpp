#include "export/onnx/free_lengths.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>

#include "catch.h"
#include "data/files.h"
#include "export/onnx/write_model.h"
#include "export/onnx/write_onnx.h"
#include "graph/passes/canonicalise.h"
#include "onnx_text.h"
#include "run/openvino_runtime.h"
#include "skip.h"

using namespace qtool;
using onnx::FreeLength;

namespace {

std::string shape_of(const onnx::ValueInfo& value) {
  std::string text;
  for (const auto& size : value.shape) {
    if (!text.empty()) text += ", ";
    const auto* name = std::get_if<std::string>(&size);
    text += name ? (name->empty() ? "?" : *name) : std::to_string(std::get<int64_t>(size));
  }
  return text;
}

/// Of sequences of eight steps of six values.
SmallNet sequences(const std::string& expression) {
  return {"return " + expression, {{"w", {6, 6}}, {"places", {8, 6}}}, {2, 8, 6}};
}

onnx::Model made(const SmallNet& net) {
  const std::vector<at::Tensor> example = {noise(net.input, 5)};
  return onnx::convert(canonicalise(build(net)), example, nullptr, onnx::sequence_lengths(example));
}

std::string shapes(const std::string& expression) {
  const auto file = made(sequences(expression));
  return shape_of(file.inputs.at(0)) + " -> " + shape_of(file.outputs.at(0));
}

}  // namespace

TEST_CASE("steps may be the second axis of three, or of two of whole numbers") {
  const auto lengths =
      onnx::sequence_lengths({at::zeros({2, 8}, at::kLong), at::zeros({2, 8}, at::kFloat),
                              at::zeros({2, 5, 3}), at::zeros({2, 8}, at::kLong), at::zeros({2, 3, 8, 8})});
  REQUIRE(lengths.size() == 2);
  CHECK(lengths[0].name == "sequence");
  REQUIRE(lengths[0].places.size() == 2);
  CHECK(lengths[0].places[1].input == 3);
  CHECK(lengths[1].name == "sequence_2");
  CHECK(lengths[1].places.at(0).input == 2);
}

TEST_CASE("shorter lengths are tried, where there are two that are allowed") {
  const std::vector<at::Tensor> example = {at::zeros({2, 8, 3})};
  FreeLength length{"sequence", {{0, 1}}};
  CHECK(onnx::lengths_to_try(length, example) == std::vector<int64_t>{8, 7, 4});
  length.least = 5;
  CHECK(onnx::lengths_to_try(length, example).empty());
  CHECK(onnx::lengths_to_try({"sequence", {{0, 1}}}, {at::zeros({2, 3, 3})}).empty());
}

TEST_CASE("a length is free where the model takes others, and the file is the same for them") {
  CHECK(shapes("torch.linear(x, w)") == "batch, sequence, 6 -> batch, sequence, 6");
  CHECK(shapes("torch.linear(x, w).mean(1)") == "batch, sequence, 6 -> batch, 6");
  // The result is longer than what comes.
  CHECK(shapes("torch.cat([x, x], 1)") == "batch, sequence, 6 -> batch, ?, 6");
  // It does not run at another length.
  CHECK(shapes("x + places") == "batch, 8, 6 -> batch, 8, 6");
  // It does, and the file has parts of so many steps.
  CHECK(shapes("torch.cat(x.chunk(2, 1), 0)") == "batch, 8, 6 -> batch, 4, 6");
}

TEST_CASE("a file with a free length computes what LibTorch does at lengths that it has not seen",
          "[.openvino]") {
  if (const auto why = why_no_openvino(); !why.empty()) skip(why);
  const TemporaryFolder folder;
  const auto path = folder / "model.onnx";
  const std::string attention = "torch.softmax(torch.matmul(x, x.transpose(1, 2)), -1)";
  const auto net =
      sequences("torch.matmul(" + attention + ", torch.linear(x, w)).reshape(x.size(0), x.size(1), 2, 3)");
  onnx::write_model(made(net), path);
  for (const auto steps : {1, 5, 13}) {
    const auto input = noise({3, steps, 6}, 6);
    const auto expected = build(net).forward({input})[0];
    const auto got = openvino_runtime(path)->run({input})[0];
    REQUIRE(got.sizes() == expected.sizes());
    CHECK((got - expected).abs().max().item<float>() < 1e-5F);
  }
}
