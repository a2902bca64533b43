#include "train/checkpoint.h"

#include <ATen/ops/tensor.h>

#include <filesystem>

#include "base/error.h"
#include "catch.h"
#include "small_problem.h"

using namespace qtool;

TEST_CASE("tensors of any name and type come back in order") {
  const TemporaryFolder folder;
  const std::string path = folder.file("tensors.pt");
  save_tensors(path, {{"model/layers.0.conv1.weight", at::tensor({1.5f, -2.0f})},
                      {"run/step", at::tensor({int64_t(1) << 40})},
                      {"best/x y", at::tensor({0.1}, at::kDouble)}});
  const auto loaded = load_named_tensors(path);
  REQUIRE(loaded.size() == 3);
  CHECK(loaded[0].name == "model/layers.0.conv1.weight");
  CHECK(loaded[0].tensor.equal(at::tensor({1.5f, -2.0f})));
  CHECK(loaded[1].tensor.item<int64_t>() == int64_t(1) << 40);
  CHECK(loaded[2].name == "best/x y");
  CHECK(loaded[2].tensor.item<double>() == 0.1);
}

TEST_CASE("text survives as a tensor") {
  CHECK(tensor_text(text_tensor("a: b\n")) == "a: b\n");
  CHECK(tensor_text(text_tensor("")).empty());
}

TEST_CASE("a model is not a checkpoint, nor is half a file") {
  const TemporaryFolder folder;
  const std::string path = folder.file("net.pt");
  small_network().save(path);
  CHECK_THROWS_WITH(load_named_tensors(path), contains("not a checkpoint"));
  save_tensors(path, {{"x", at::tensor({1.0f})}});
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  CHECK_THROWS_AS(load_named_tensors(path), Error);
}
