#include "data/kinds.h"

#include "catch.h"
#include "data/loader.h"
#include "data/pictures.h"

namespace qtool {
namespace {

TEST_CASE("images of different size are named with their sizes") {
  const TemporaryFolder folder;
  put(folder / "a/1.png", png(2, 3, 1, "abcdef"));
  put(folder / "b/1.png", png(3, 2, 1, "abcdef"));
  CHECK_THAT(refusal(spec_of(folder.path())),
             contains("images differ in size") && contains("where:    " + (folder / "b/1.png")) &&
                 contains("got:      [1, 3, 2]") &&
                 contains("expected: [1, 2, 3], as in " + (folder / "a/1.png")) &&
                 contains("resize=S,crop=S"));
}

/// The same with a palette in place of its greys.
std::string with_palette(std::string bytes) {
  bytes[25] = 3;
  std::string palette("\0\0\0\x0cPLTE", 8);
  palette += std::string("\0\0\0\xff\0\0\0\xff\0\0\0\xff", 12) + std::string(4, '\0');
  return bytes.insert(33, palette);
}

TEST_CASE("masks are maps of classes, resized and cropped with their pictures") {
  const TemporaryFolder folder;
  put(folder / "1.png", png(2, 4, 1, std::string(8, 'x')));
  put(folder / "masks/1.png", png(2, 4, 1, std::string("\0\1\2\3\0\1\2\xff", 8)));
  DataSpec spec = spec_of(folder.path());
  spec.masks = "masks";
  const auto dataset = open_dataset(spec);
  CHECK_FALSE(dataset->labels().defined());
  CHECK(values_of<int64_t>(read_samples(*dataset, {0}).targets.at(0)) ==
        std::vector<int64_t>{0, 1, 2, 3, 0, 1, 2, 255});
  put(folder / "masks/1.png", with_palette(png(2, 4, 1, std::string("\0\1\2\3\0\1\2\3", 8))));
  CHECK(values_of<int64_t>(read_samples(*open_dataset(spec), {0}).targets.at(0)) ==
        std::vector<int64_t>{0, 1, 2, 3, 0, 1, 2, 3});

  spec.resize = spec.crop = 4;  // 4 x 8, of which the middle four columns are 1, 1, 2, 2
  Loader loader(spec, {}, {});
  const at::Tensor map = loader.next()->targets.at(0);
  CHECK(map.sizes() == at::IntArrayRef({1, 4, 4}));
  CHECK(values_of<int64_t>(map[0][3].clone()) == std::vector<int64_t>{1, 1, 2, 2});
}

TEST_CASE("masks that are none are refused") {
  const TemporaryFolder folder;
  put(folder / "1.png", dot(1));
  DataSpec spec = spec_of(folder.path());
  spec.masks = "masks";
  CHECK_THAT(refusal(spec), contains("masks"));
  put(folder / "masks/2.png", dot(1));
  CHECK_THAT(refusal(spec), contains("an image has no mask") && contains("masks/1.png"));
  put(folder / "masks/1.png", png(1, 1, 3, "abc"));
  CHECK_THAT(refusal(spec), contains("no map of classes") && contains("3 channels"));
  put(folder / "masks/1.png", png(1, 2, 1, "ab"));
  CHECK_THAT(refusal(spec),
             contains("not the size of its image") && contains("[1, 2]") && contains("[1, 1]"));
}

}  // namespace
}  // namespace qtool
