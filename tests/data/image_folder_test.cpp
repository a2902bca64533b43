#include "data/image_folder.h"

#include "catch.h"
#include "data/pictures.h"

namespace qtool {
namespace {

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

}  // namespace
}  // namespace qtool
