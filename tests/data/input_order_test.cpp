#include "data/input_order.h"

#include "catch.h"
#include "data/files.h"

namespace qtool {
namespace {

using Places = std::vector<size_t>;

std::string refusal(const std::vector<std::string>& arrays, const ReaderInputs& readers) {
  return message_of([&] { (void)order_inputs(arrays, readers, "x.npz"); });
}

TEST_CASE("arrays are matched by name, whatever their order") {
  const auto order = order_inputs({"weight", "image"}, {{"image", "weight"}}, "x.npz");
  CHECK(order.arrays == Places{1, 0});
  CHECK(order.warning.empty());
}

TEST_CASE("where no name fits, arrays are taken in order, with a word") {
  const auto order = order_inputs({"a", "b"}, {{"image", "weight"}}, "x.npz");
  CHECK(order.arrays == Places{0, 1});
  CHECK(order.warning ==
        "no array of x.npz has the name of an input, so they are taken in their order: a is image, b is "
        "weight");
}

TEST_CASE("one array is the one input, whatever they are called") {
  CHECK(order_inputs({"a"}, {{"image"}}, "x.npz").warning.empty());
}

TEST_CASE("arrays without names, and those that no model reads, stay as they come") {
  CHECK(order_inputs({}, {{"image", "weight"}}, "x.npz").arrays.empty());
  CHECK(order_inputs({"a", "b"}, {}, "x.npz").arrays.empty());
}

TEST_CASE("names that fit partly are refused with both lists") {
  const ReaderInputs readers = {{"image", "weight"}};
  CHECK_THAT(refusal({"image", "w"}, readers), contains("no array for the input 'weight'") &&
                                                   contains("x.npz") &&
                                                   contains("2 from the data: image, w") &&
                                                   contains("2 by the model's forward(): image, weight"));
  CHECK_THAT(refusal({"image"}, readers), contains("no array for the input 'weight'"));
  CHECK_THAT(refusal({"image", "weight", "mask"}, readers), contains("no input for the array 'mask'"));
  CHECK_THAT(refusal({"a", "b", "c"}, readers), contains("differ in the number of inputs"));
}

TEST_CASE("models that read the same batches must agree on the order") {
  CHECK(order_inputs({"b", "a"}, {{"a", "b"}, {"a", "b"}}, "x.npz").arrays == Places{1, 0});
  CHECK_THAT(refusal({"b", "a"}, {{"a", "b"}, {"b", "a"}}),
             contains("the models take the arrays in different order") && contains("got:      b, a") &&
                 contains("expected: a, b, as the first model"));
  // By name for the first, in order for the second.
  CHECK_THAT(refusal({"b", "a"}, {{"a", "b"}, {"x", "y"}}), contains("in different order"));
}

}  // namespace
}  // namespace qtool
