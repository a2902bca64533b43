#include "job/files/input_is_not_output.h"

#include <filesystem>

#include "catch.h"
#include "data/files.h"

using namespace qtool;

TEST_CASE("a model is not overwritten by what is made of it, by whatever name") {
  const TemporaryFolder folder;
  put(folder / "model.pt", "a model");
  std::filesystem::create_symlink(folder / "model.pt", folder / "link.pt");
  for (const char* name : {"model.pt", "./model.pt", "link.pt"}) {
    INFO(name);
    CHECK_THROWS_WITH(check_input_is_not_output(folder / name, folder.path(), {"other.pt", "model.pt"}),
                      contains("the output would overwrite the input"));
  }
}

TEST_CASE("another name or folder will do") {
  const TemporaryFolder folder;
  put(folder / "model.pt", "a model");
  put(folder / "out/model.pt", "an older result");
  CHECK_NOTHROW(check_input_is_not_output(folder / "model.pt", folder.path(), {"model.int8.pt"}));
  CHECK_NOTHROW(check_input_is_not_output(folder / "model.pt", folder / "out", {"model.pt"}));
  CHECK_NOTHROW(check_input_is_not_output("zoo:lenet", folder / "out", {"model.pt"}));
}
