#include "measure/accuracy.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <limits>

#include "base/error.h"
#include "catch.h"
#include "graph/builder.h"
#include "labelled_file.h"

using namespace qtool;

namespace {

at::Tensor labels(std::initializer_list<int64_t> values) {
  return at::tensor(at::ArrayRef<int64_t>(values), at::kLong);
}

}  // namespace

TEST_CASE("top-1 and top-5 of a hand-made output") {
  AccuracyMeter meter("model");
  // Seven classes, ascending: class 6 is first, 2 is fifth, 1 is sixth.
  const at::Tensor row = at::arange(7).to(at::kFloat).expand({3, 7});
  meter.add(row, labels({6, 2, 1}));
  CHECK(meter.accuracy().samples == 3);
  CHECK(meter.accuracy().top1_right == 1);
  CHECK(meter.accuracy().top5_right == 2);
  CHECK(meter.accuracy().top1() == Approx(1.0 / 3));
  CHECK(meter.right() == std::vector<bool>{true, false, false});
}

TEST_CASE("with fewer than five classes every label is among the first five") {
  AccuracyMeter meter("model");
  meter.add(at::tensor({3.0f, 2.0f, 1.0f}).view({1, 3}), labels({2}));
  CHECK(meter.accuracy().top1_right == 0);
  CHECK(meter.accuracy().top5_right == 1);
}

TEST_CASE("of equal values the lower class counts as first") {
  AccuracyMeter meter("model");
  const at::Tensor row = at::tensor({1.0f, 5.0f, 5.0f}).expand({2, 3});
  meter.add(row, labels({1, 2}));
  CHECK(meter.right() == std::vector<bool>{true, false});
}

TEST_CASE("an output with NaN is never right") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  AccuracyMeter meter("model");
  meter.add(at::tensor({nan, 1.0f, nan, nan}).view({2, 2}), labels({1, 0}));
  CHECK(meter.accuracy().top1_right == 0);
}

TEST_CASE("labels that count from 1 are told from a model that is wrong") {
  const at::Tensor row = at::tensor({1.0f, 5.0f, 2.0f, 0.0f}).expand({32, 4});
  const auto warning_of = [&](int64_t label, int64_t others) {
    AccuracyMeter meter("model");
    meter.add(row, at::full({32}, label, at::kLong));
    meter.add(row.narrow(0, 0, 1), labels({others}));
    return label_warning(meter.accuracy()).value_or("");
  };
  CHECK_THAT(warning_of(2, 3), contains("no label is 0") &&
                                   contains("32 are right where labels count from 1, 0 where") &&
                                   contains("subtract 1 from the labels"));
  CHECK(warning_of(2, 0).empty());  // a class 0
  CHECK(warning_of(1, 3).empty());  // right
  CHECK(warning_of(3, 3).empty());  // wrong either way
}

TEST_CASE("a label outside the classes is named with its place") {
  const auto from_128 = [](int64_t i) { return "sample " + std::to_string(128 + i); };
  try {
    check_labels(labels({0, 2, 3}), 3, from_128, "idx:data");
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(error.complaint().got == "label 3 at sample 130");
    CHECK(error.complaint().where == "idx:data");
    CHECK_THAT(error.complaint().expected, contains("from 0 to 2: the model has 3 classes"));
  }
  CHECK_THROWS_WITH(check_labels(
                        labels({-1}), 3, [](int64_t) { return "cat.png"; }, ""),
                    contains("label -1 at cat.png"));
}

TEST_CASE("an output that is not [N, classes] is refused") {
  AccuracyMeter meter("model.pt");
  CHECK_THROWS_WITH(meter.add(at::zeros({2, 3, 4}), labels({0, 1})), contains("[2, 3, 4] for 2 samples"));
  CHECK_THROWS_WITH(meter.add(at::zeros({3, 4}), labels({0, 1})), contains("float [2, classes]"));
  CHECK_THROWS_WITH(meter.add(at::zeros({2, 4}, at::kLong), labels({0, 1})), contains("integer [2, 4]"));
}

TEST_CASE("accuracy of a model over a loader") {
  const LabelledFile file({9, 1, 1, 9, 9, 1, 9, 1, 1, 9}, {0, 1, 0, 1, 1});
  Loader loader(file.spec(), {}, {.batch_size = 2, .augmentation = {}});
  ModuleBuilder net("Flatten");
  net.define("def forward(self, x):\n  return torch.flatten(x, 1)");
  Model model = net.build();
  const Accuracy result = accuracy(model, loader);
  CHECK(result.samples == 5);
  CHECK(result.top1_right == 4);
}
