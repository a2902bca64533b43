#include "job/init.h"

#include "base/error.h"
#include "catch.h"
#include "job/workplace.h"

using namespace qtool;

namespace {

std::string config_of(const InitOptions& options) {
  Progress progress;
  write_starter_config(options, {{}, {}, progress});
  return get(options.output);
}

}  // namespace

TEST_CASE("paths count from the file, and layers are examples of rules") {
  const Workplace at;
  std::filesystem::create_directory(at.folder / "configs");
  const auto text = config_of({.model = at.model, .output = at.folder / "configs/net.yaml", .data = at.data});
  CHECK_THAT(text, contains("model: \"../model.pt\""));
  CHECK_THAT(text, contains("npz:../data.npz"));
  CHECK_THAT(text, contains("skip: true}"));
  CHECK_THAT(text, contains("# How qtool quantizes model.pt."));
}

TEST_CASE("without data there is noise of the shape that the model takes") {
  const TemporaryFolder folder;
  build({"return torch.linear(x, w)", {{"w", {5, 12}}}}).save(folder / "flat.pt");
  CHECK_THAT(config_of({.model = folder / "flat.pt", .output = folder / "flat.yaml"}), contains("random:12"));
  const Workplace odd;  // images of 7x7 are no usual size
  CHECK_THAT(config_of({.model = odd.model, .output = odd.folder / "net.yaml"}),
             contains("qtool could not find out what shape the model takes"));
}

TEST_CASE("a file that is there stays") {
  const Workplace at;
  put(at.folder / "net.yaml", "mine");
  CHECK_THROWS_WITH(config_of({.model = at.model, .output = at.folder / "net.yaml"}),
                    contains("the file is there already"));
  CHECK(get(at.folder / "net.yaml") == "mine");
}
