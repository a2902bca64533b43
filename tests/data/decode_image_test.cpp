#include "data/decode_image.h"

#include "catch.h"
#include "data/pictures.h"

namespace qtool {
namespace {

TEST_CASE("one mean value makes one channel, otherwise there are three") {
  const TemporaryFolder folder;
  put(folder / "a/1.png", png(1, 2, 3, "\x0a\x14\x1e\x28\x32\x3c"));  // 10 20 30, 40 50 60
  const at::Tensor colours = read_samples(*open_dataset(spec_of(folder.path(), {})), {0}).inputs[0];
  CHECK(colours.sizes() == at::IntArrayRef({1, 3, 1, 2}));
  CHECK(values_of<uint8_t>(colours) == std::vector<uint8_t>{10, 40, 20, 50, 30, 60});
  const at::Tensor grey = read_samples(*open_dataset(spec_of(folder.path())), {0}).inputs[0];
  CHECK(grey.sizes() == at::IntArrayRef({1, 1, 1, 2}));
  // (77 red + 150 green + 29 blue) / 256: (770 + 3000 + 870) / 256 = 18.1, (3080 + 7500 + 1740) / 256 = 48.1
  CHECK(values_of<uint8_t>(grey) == std::vector<uint8_t>{18, 48});
}

TEST_CASE("JPEG files are decoded") {
  const TemporaryFolder folder;
  put(folder / "a/1.jpg", jpeg(8, 8, 1, std::string(64, '\x64')));
  put(folder / "a/2.JPEG", jpeg(8, 8, 1, std::string(64, '\x65')));
  const at::Tensor images = read_samples(*open_dataset(spec_of(folder.path())), {0, 1}).inputs[0];
  CHECK(images.sizes() == at::IntArrayRef({2, 1, 8, 8}));
  CHECK(std::abs(int(values_of<uint8_t>(images)[0]) - 100) <= 1);
}

TEST_CASE("damaged images are named") {
  const TemporaryFolder folder;
  const std::string pixels(32 * 32, '\x40'), file = folder / "a/1.png";
  const std::string whole_png = png(32, 32, 1, pixels), whole_jpeg = jpeg(32, 32, 1, pixels);
  for (const std::string& bytes :
       {std::string(), std::string("hello"), whole_png.substr(0, whole_png.size() / 2),
        whole_jpeg.substr(0, whole_jpeg.size() - 2), whole_jpeg.substr(0, 100)}) {
    put(file, bytes);
    CHECK_THAT(refusal(spec_of(folder.path())), contains("cannot decode the image") && contains(file));
  }
  put(file, whole_jpeg.substr(0, whole_jpeg.size() - 2));
  CHECK_THAT(refusal(spec_of(folder.path())), contains("a JPEG file that is cut off before its end"));
}

TEST_CASE("a picture that unpacks to more than the limit is refused by its header") {
  const TemporaryFolder folder;
  put(folder / "a/1.png", png(2000, 2000, 1, std::string(4'000'000, '\0')));
  DataSpec spec = spec_of(folder.path());
  spec.max_mb = 3;
  CHECK_THAT(refusal(spec), contains("too large when it is unpacked") && contains(folder / "a/1.png") &&
                                contains("at least 4 MB") && contains("max-mb=4"));
  spec.max_mb = 4;
  CHECK(read_samples(*open_dataset(spec), {0}).inputs[0].sizes() == at::IntArrayRef({1, 1, 2000, 2000}));
}

TEST_CASE("a picture with more data inside than its size says takes no memory for it") {
  const TemporaryFolder folder;
  std::string bytes = png(2000, 2000, 1, std::string(4'000'000, '\0'));
  bytes.replace(16, 8, std::string("\0\0\0\1\0\0\0\1", 8));  // width and height
  put(folder / "a/1.png", bytes);
  CHECK_THAT(refusal(spec_of(folder.path())),
             contains("cannot decode the image") && contains("more data inside than its size says"));
}

}  // namespace
}  // namespace qtool
