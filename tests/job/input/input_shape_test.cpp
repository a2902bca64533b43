#include "job/input/input_shape.h"

#include "catch.h"
#include "small_net.h"

using namespace qtool;

namespace {

using Shapes = std::vector<std::vector<int64_t>>;

Shapes shapes_of(const SmallNet& net) {
  auto model = build(net);
  return input_shapes(model);
}

}  // namespace

TEST_CASE("a linear layer says how many features a sample has") {
  CHECK(shapes_of({"return torch.linear(x, w)", {{"w", {5, 12}}}}) == Shapes{{12}});
}

TEST_CASE("a linear layer behind a flattened image leaves the image to be found") {
  CHECK(shapes_of({"return torch.linear(torch.reshape(x, [-1, 784]), w)", {{"w", {5, 784}}}}) ==
        Shapes{{784}, {1, 28, 28}});
}

TEST_CASE("a convolution takes images of its channels, of each size that the rest takes") {
  CHECK(shapes_of({"return torch.conv2d(x, w)", {{"w", {2, 3, 3, 3}}}}).size() == 6);
  CHECK(shapes_of({"return torch.linear(torch.flatten(torch.conv2d(x, w1), 1), w2)",
                   {{"w1", {1, 3, 1, 1}}, {"w2", {5, 32 * 32}}}}) == Shapes{{3, 32, 32}});
}

TEST_CASE("nothing is known of a model without weights") {
  CHECK(shapes_of({"return torch.relu(x)", {}}).empty());
}

TEST_CASE("a shape reads as in a data spec") {
  CHECK(shape_text({1, 28, 28}) == "1x28x28");
  CHECK(shape_text({12}) == "12");
}
