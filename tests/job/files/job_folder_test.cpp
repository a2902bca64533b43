#include "job/files/job_folder.h"

#include <filesystem>

#include "catch.h"
#include "data/files.h"

using namespace qtool;

namespace fs = std::filesystem;

TEST_CASE("a job's folder is made, with the folders above it and that of the checkpoints") {
  const TemporaryFolder folder;
  prepare_folder(folder / "a/b", folder / "model.pt", {"model.int8.pt"});
  CHECK(fs::is_directory(folder / "a/b"));
  prepare_checkpoints(folder / "c");
  CHECK(fs::is_directory(folder / "c/checkpoints"));
}

TEST_CASE("a folder is not made where the input would be overwritten") {
  const TemporaryFolder folder;
  put(folder / "model.int8.pt", "a model");
  CHECK_THROWS_WITH(prepare_folder(folder.path(), folder / "model.int8.pt", {"model.int8.pt"}),
                    contains("overwrite"));
}

TEST_CASE("reports of an earlier run go, and nothing else") {
  const TemporaryFolder folder;
  for (const char* name : {"report.json", "report.md", "report.html", "history.json"})
    put(folder / name, "old");
  remove_reports(folder.path());
  CHECK_FALSE(fs::exists(folder / "report.json"));
  CHECK_FALSE(fs::exists(folder / "report.md"));
  CHECK_FALSE(fs::exists(folder / "report.html"));
  CHECK(fs::exists(folder / "history.json"));
}

TEST_CASE("reports name the files beside them with their sizes") {
  const TemporaryFolder folder;
  put(folder / "calibration.json", "12345");
  Report report;
  write_reports(report, folder.path(), {"calibration.json"});
  REQUIRE(report.files.size() == 1);
  CHECK(report.files[0].name == "calibration.json");
  CHECK(report.files[0].bytes == 5);
  for (const char* name : {"report.json", "report.md", "report.html"})
    CHECK_THAT(get(folder / name), contains("calibration.json"));
}
