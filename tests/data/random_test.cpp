#include "data/kinds.h"

#include "catch.h"
#include "data/files.h"
#include "data/tensors.h"

namespace qtool {
namespace {

TEST_CASE("random data depends on seed and index only") {
  const auto dataset = open_dataset(parse_data_spec("random:3x5,seed=4,samples=10"));
  CHECK(dataset->size() == 10);
  CHECK_FALSE(dataset->has_targets());
  const at::Tensor together = read_samples(*dataset, {0, 1, 2}).inputs[0];
  CHECK(together.sizes() == at::IntArrayRef({3, 3, 5}));
  CHECK(together.scalar_type() == at::kFloat);
  CHECK(together.select(0, 2).equal(read_samples(*dataset, {2}).inputs[0].select(0, 0)));
  CHECK_FALSE(together.select(0, 0).equal(together.select(0, 1)));
  const auto other = open_dataset(parse_data_spec("random:3x5,seed=5"));
  CHECK(other->size() == 256);
  CHECK_FALSE(together.equal(read_samples(*other, {0, 1, 2}).inputs[0]));
}

TEST_CASE("random data is standard normal") {
  const auto values =
      values_of<float>(read_samples(*open_dataset(parse_data_spec("random:1x101x101")), {0}).inputs[0]);
  double sum = 0, squares = 0;
  for (const float value : values) {
    sum += value;
    squares += double(value) * value;
  }
  CHECK(std::abs(sum / double(values.size())) < 0.05);
  CHECK(std::abs(squares / double(values.size()) - 1) < 0.07);
}

TEST_CASE("bad shapes of random data are refused") {
  for (const std::string shape : {"abc", "3x", "x3", "3x0", "-3", "3xx4", "3,5", "99999x99999x99999"}) {
    const DataSpec spec{.kind = DataKind::kRandom, .path = shape};
    CHECK_THAT(message_of([&] { (void)open_dataset(spec); }),
               contains("bad shape of random data") && contains(shape));
  }
}

}  // namespace
}  // namespace qtool
