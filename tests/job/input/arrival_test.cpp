#include "job/input/arrival.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include "catch.h"
#include "data/files.h"

using namespace qtool;

namespace {

/// Of two batches, whatever the file holds.
Arrival arrival_of(const std::vector<at::Tensor>& batches) {
  const TemporaryFolder folder;
  put(folder / "x.npy", npy("<f4", "(1, 1)", raw<float>({0})));
  const Loader loader({.kind = DataKind::kNpy, .path = folder / "x.npy"}, {}, {});
  ArrivalMeter meter({"x"}, {"conv takes 3 channels"});
  for (const auto& batch : batches) meter.add({batch});
  return meter.arrival(loader);
}

}  // namespace

TEST_CASE("what arrived is summed up over batches") {
  const at::Tensor first = at::arange(8, at::kFloat).reshape({2, 4}), second = first.narrow(0, 0, 1).sub(10);
  const auto arrival = arrival_of({first, second});
  REQUIRE(arrival.inputs.size() == 1);
  const auto& input = arrival.inputs[0];
  CHECK(input.name == "x");
  CHECK(input.dtype == "float32");
  CHECK(input.shape == std::vector<int64_t>{4});
  CHECK(input.low == -10);
  CHECK(input.high == 7);
  CHECK(input.mean == Approx(-0.5));           // (28 - 34) / 12
  CHECK(input.deviation == Approx(5.993052));  // NumPy's std of the twelve numbers
  CHECK(input.first_reader == "conv takes 3 channels");
  CHECK(arrival.warnings.empty());
}

TEST_CASE("bytes and whole numbers are told as they are") {
  const auto bytes = arrival_of({at::full({2, 3}, 255, at::kByte)}).inputs.at(0);
  CHECK(bytes.dtype == "uint8");
  CHECK(bytes.high == 255);
  CHECK(bytes.deviation == 0);
  CHECK(arrival_of({at::full({2}, (int64_t{1} << 40) + 1, at::kLong)}).inputs.at(0).high ==
        double((int64_t{1} << 40) + 1));
  CHECK(arrival_of({}).inputs.empty());
}

TEST_CASE("an input that is always the same number is a warning") {
  CHECK_THAT(arrival_of({at::zeros({2, 3}), at::zeros({2, 3})}).warnings.at(0),
             contains("every number of the input 'x' is 0"));
}

TEST_CASE("the first layer says what it takes, behind arithmetic with numbers, too") {
  GraphView view;
  view.inputs = {"image", "tokens", "mask"};
  const auto add = [&](const std::string& name, const std::string& kind,
                       const std::vector<std::string>& inputs, const at::Tensor& weight = {}) {
    OperatorView op;
    op.name = name;
    op.kind = kind;
    op.inputs = inputs;
    op.weight = weight;
    view.operators.push_back(op);
  };
  add("scaled", "aten::div", {"image"});
  add("conv", "aten::conv2d", {"scaled"}, at::zeros({8, 3, 3, 3}));
  view.operators.back().numbers["groups"] = 2;
  add("words", "aten::embedding", {"tokens"}, at::zeros({100, 16}));
  add("fc", "aten::linear", {"conv"}, at::zeros({10, 8}));
  add("both", "aten::mul", {"mask", "fc"});
  CHECK(first_readers(view) ==
        std::vector<std::string>{"conv takes 6 channels", "words takes whole numbers from 0 to 99", ""});
}
