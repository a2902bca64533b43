#include "data/npz_tensors.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>

#include "base/error.h"
#include "data/files.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

TEST_CASE("tensors that are written as .npz are read again, in their order") {
  const TemporaryFolder folder;
  std::vector<at::Tensor> tensors;
  std::vector<std::string> names;
  for (const auto type : {at::kBool, at::kByte, at::kChar, at::kShort, at::kInt, at::kLong, at::kHalf,
                          at::kFloat, at::kDouble}) {
    tensors.push_back(at::arange(24).to(type).view({2, 3, 4}).transpose(1, 2));
    names.push_back("z" + std::to_string(10 - names.size()));
  }
  tensors.push_back(at::arange(3, at::kFloat));
  names.emplace_back("input.1");
  write_npz(folder / "x.npz", names, tensors);
  const auto read = read_npz(folder / "x.npz");
  REQUIRE(read.size() == tensors.size());
  for (size_t i = 0; i < read.size(); ++i) {
    INFO(names[i]);
    CHECK(read[i].scalar_type() == tensors[i].scalar_type());
    CHECK(at::equal(read[i], tensors[i]));
  }
}

TEST_CASE("what an .npz file cannot hold, and where none can be written, is told") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(write_npz(folder / "x.npz", {"x"}, {at::zeros({2}, at::kComplexFloat)}),
                    contains("cannot hold a tensor of this type"));
  CHECK_THROWS_WITH(write_npz(folder / "no/x.npz", {"x"}, {at::zeros({2})}),
                    contains("cannot write an .npz file"));
  put(folder / "x.npz", "none");
  CHECK_THROWS_AS(read_npz(folder / "x.npz"), Error);
}
