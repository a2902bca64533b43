#include "measure/label_check.h"

#include <ATen/ops/flatten.h>
#include <ATen/ops/zeros.h>

#include "catch.h"
#include "labelled_file.h"
#include "measure/evaluate.h"

using namespace qtool;

namespace {

/// Of five samples the last has a label of no class.
LabelledFile with_a_wrong_label() { return LabelledFile(std::vector<uint8_t>(10, 1), {0, 1, 0, 1, 2}); }

}  // namespace

TEST_CASE("a wrong label is found among samples that the loader leaves out") {
  const auto file = with_a_wrong_label();
  Loader loader(file.spec(), {}, {.batch_size = 2, .drop_last = true, .augmentation = {}, .count = 2});
  (void)loader.next();  // a pass that runs is no hindrance
  LabelCheck labels(loader);
  labels.check(at::zeros({2, 2, 2}));  // no classes
  CHECK_THROWS_WITH(labels.check(at::zeros({2, 2})), contains("label 2 at sample 4") &&
                                                         contains("labels from 0 to 1") &&
                                                         contains("idx:" + file.spec().path));
}

TEST_CASE("what `limit` cuts off does not count") {
  const auto file = with_a_wrong_label();
  DataSpec spec = file.spec();
  spec.limit = 4;
  Loader loader(spec, {}, {.augmentation = {}});
  LabelCheck(loader).check(at::zeros({2, 2}));
}

TEST_CASE("an evaluation ends with the first batch where a later label is wrong") {
  const auto file = with_a_wrong_label();
  Loader loader(file.spec(), {}, {.batch_size = 1, .augmentation = {}});
  int batches = 0;
  const std::vector<Candidate> candidates = {{.name = "model", .run = [&](const std::vector<at::Tensor>& x) {
                                                ++batches;
                                                return std::vector<at::Tensor>{at::flatten(x[0], 1)};
                                              }}};
  CHECK_THROWS_WITH(evaluate(candidates, loader), contains("label 2 at sample 4"));
  CHECK(batches == 1);
}
