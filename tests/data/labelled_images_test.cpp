#include "data/labelled_images.h"

#include "catch.h"
#include "data/pictures.h"

namespace qtool {
namespace {

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

}  // namespace
}  // namespace qtool
