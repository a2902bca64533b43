#include "data/kinds.h"

#include "catch.h"
#include "data/files.h"
#include "data/loader.h"
#include "data/tensors.h"

namespace qtool {
namespace {

DataSpec spec_of(const std::string& path, std::vector<double> mean = {0.5}) {
  return {.kind = DataKind::kImages, .path = path, .mean = std::move(mean)};
}

/// PNG of 1x1 grey pixel.
std::string dot(int value) { return png(1, 1, 1, std::string(1, char(value))); }

std::string refusal(const DataSpec& spec) {
  return message_of([&] {
    const auto dataset = open_dataset(spec);
    std::vector<int64_t> all(static_cast<size_t>(dataset->size()));
    std::iota(all.begin(), all.end(), int64_t{0});
    (void)dataset->read(all);
  });
}

TEST_CASE("classes are sorted folders, samples go round the classes") {
  const TemporaryFolder folder;
  put(folder / "zebra/1.png", dot(30));
  put(folder / "ant/2.PNG", dot(12));
  put(folder / "ant/1.png", dot(11));
  put(folder / "ant/3.png", dot(13));
  put(folder / "bee/x.png", dot(20));
  put(folder / "bee/notes.txt", "ignored");
  put(folder / "bee/.hidden.png", "ignored");
  put(folder / ".cache/a.png", "ignored");
  put(folder / "labels.csv", "ignored");
  const auto dataset = open_dataset(spec_of(folder.path()));
  CHECK(dataset->size() == 5);
  CHECK_FALSE(dataset->same_shape());
  REQUIRE(dataset->notes().size() == 1);
  CHECK_THAT(dataset->notes()[0], contains("4 entries of " + folder.path() + " are left out") &&
                                      contains(".jpg, .jpeg and .png") && contains(".cache and others"));
  CHECK(dataset->name_of(3) == folder / "ant/2.PNG");
  const Batch batch = read_samples(*dataset, {0, 1, 2, 3, 4});
  CHECK(values_of<uint8_t>(batch.inputs[0]) == std::vector<uint8_t>{11, 20, 30, 12, 13});
  CHECK(values_of<int64_t>(batch.targets.at(0)) == std::vector<int64_t>{0, 1, 2, 0, 0});
  CHECK(values_of<int64_t>(dataset->labels()) == std::vector<int64_t>{0, 1, 2, 0, 0});
}

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

TEST_CASE("split picks train, and test or val, above the classes") {
  const TemporaryFolder folder;
  put(folder / "train/a/1.png", dot(1));
  put(folder / "val/a/1.png", dot(2));
  DataSpec spec = spec_of(folder.path());
  const auto first_pixel = [&] {
    return values_of<uint8_t>(read_samples(*open_dataset(spec), {0}).inputs[0])[0];
  };
  CHECK(first_pixel() == 1);
  spec.split = Split::kTest;
  CHECK(first_pixel() == 2);
  put(folder / "test/a/1.png", dot(3));
  CHECK(first_pixel() == 3);
  std::filesystem::remove_all(folder / "train");
  spec.split = Split::kTrain;
  CHECK_THAT(refusal(spec),
             contains("no images for split 'train'") && contains("got:      folders test, val"));
}

TEST_CASE("a class may be called train") {
  const TemporaryFolder folder;
  put(folder / "bus/1.png", dot(1));
  put(folder / "train/1.png", dot(2));
  CHECK(open_dataset(spec_of(folder.path()))->size() == 2);
}

TEST_CASE("bad folders of images are refused") {
  const TemporaryFolder folder;
  const DataSpec spec = spec_of(folder.path());
  CHECK_THAT(refusal(spec_of(folder / "none")), contains("not a folder of data"));
  CHECK_THAT(refusal(spec), contains("zero samples: no class folders") && contains(folder.path()));
  put(folder / "a/1.png", dot(1));
  put(folder / "b/readme.txt", "");
  CHECK_THAT(refusal(spec), contains("class folder without images") && contains(folder / "b"));
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

DataSpec labelled(const TemporaryFolder& folder, const std::string& text,
                  const std::string& name = "labels.csv") {
  put(folder / name, text);
  DataSpec spec = spec_of(folder.path());
  spec.labels = name;
  return spec;
}

TEST_CASE("labels of a flat folder are in a file") {
  const TemporaryFolder folder;
  for (const int i : {1, 2, 3, 4}) put(folder / ("v/" + std::to_string(i) + ".png"), dot(i));
  const std::string text = "file,class\nv/3.png, 7\nv/1.png,7\n\nv/2.png,65\r\n";
  const auto dataset = open_dataset(labelled(folder, text));
  CHECK(values_of<int64_t>(dataset->labels()) == std::vector<int64_t>{7, 65, 7});
  CHECK(values_of<uint8_t>(read_samples(*dataset, {0, 1, 2}).inputs[0]) == std::vector<uint8_t>{3, 2, 1});

  const std::string names = "v/1.png,zebra\nv/2.png,ant\n";
  CHECK(values_of<int64_t>(open_dataset(labelled(folder, names))->labels()) == std::vector<int64_t>{0, 1});
  const std::string lines = "{\"path\": \"v/4.png\", \"label\": 3}\n";
  CHECK(values_of<int64_t>(open_dataset(labelled(folder, lines, "labels.jsonl"))->labels()) ==
        std::vector<int64_t>{3});
}

TEST_CASE("lines that label nothing are refused by their number") {
  const TemporaryFolder folder;
  put(folder / "1.png", dot(1));
  CHECK_THAT(refusal(labelled(folder, "1.png,0\n2.png,1\n")),
             contains("an image that is not there") && contains("labels.csv:2") && contains("2.png"));
  CHECK_THAT(refusal(labelled(folder, "1.png\n")), contains("names no class") && contains("labels.csv:1"));
  CHECK_THAT(refusal(labelled(folder, "file,class\n")), contains("no image has a label"));
  CHECK_THAT(refusal(labelled(folder, "{1", "labels.jsonl")), contains("a line is no JSON"));
  CHECK_THAT(refusal(labelled(folder, "{}", "labels.jsonl")), contains("names no file or no class"));
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
