#include "job/files/staging_folder.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "data/files.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

namespace fs = std::filesystem;

std::vector<std::string> entries_of(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

/// The id of a process that has ended.
pid_t ended_process() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  return child;
}

}  // namespace

TEST_CASE("files come out where they are published, over those of before, and the rest is gone") {
  const TemporaryFolder folder;
  put(folder / "model.pt", "old");
  put(folder / "mine.txt", "the user's");
  {
    const StagingFolder staging(folder.path());
    CHECK(fs::path(staging.path("model.pt")).parent_path().parent_path() == folder.path());
    put(staging.path("model.pt"), "new");
    put(staging.path("never.pt"), "bad");
    CHECK(get(folder / "model.pt") == "old");
    staging.publish({"model.pt"});
    CHECK(get(folder / "model.pt") == "new");
  }
  CHECK(entries_of(folder.path()) == std::vector<std::string>{"mine.txt", "model.pt"});
}

TEST_CASE("weights beside an ONNX file go with it, and those of an earlier one are removed") {
  const TemporaryFolder folder;
  put(folder / "old.onnx.data", "of an earlier job");
  const StagingFolder staging(folder.path());
  put(staging.path("old.onnx"), "whole");
  put(staging.path("large.onnx"), "graph");
  put(staging.path("large.onnx.data"), "weights");
  staging.publish({"old.onnx", "large.onnx"});
  CHECK_FALSE(fs::exists(folder / "old.onnx.data"));
  CHECK(get(folder / "large.onnx") == "graph");
  CHECK(get(folder / "large.onnx.data") == "weights");
}

TEST_CASE("where nothing is published, nothing has changed") {
  const TemporaryFolder folder;
  put(folder / "model.pt", "old");
  { put(StagingFolder(folder.path()).path("model.pt"), "new"); }
  CHECK(entries_of(folder.path()) == std::vector<std::string>{"model.pt"});
  CHECK(get(folder / "model.pt") == "old");
}

TEST_CASE("two jobs in one folder do not meet") {
  const TemporaryFolder folder;
  const StagingFolder one(folder.path()), two(folder.path());
  CHECK(one.path("x") != two.path("x"));
  put(one.path("x"), "1");
  put(two.path("x"), "2");
  two.publish({"x"});
  one.publish({"x"});
  CHECK(get(folder / "x") == "1");
}

TEST_CASE("what killed jobs left is removed, what may still be written is not") {
  const TemporaryFolder folder;
  const auto left = ".unverified." + std::to_string(ended_process()) + ".AbCdEf";
  const auto running = ".unverified." + std::to_string(getppid()) + ".AbCdEf";
  const std::vector<std::string> others = {running, ".unverified.", ".unverified.x", "unverified.1"};
  for (const auto& name : others) put(folder / (name + "/model.pt"), "x");
  put(folder / (left + "/model.pt"), "x");
  { const StagingFolder staging(folder.path()); }
  CHECK_FALSE(fs::exists(folder / left));
  for (const auto& name : others) CHECK(fs::exists(folder / name));
}

TEST_CASE("a folder that cannot be written to is the machine's fault") {
  const TemporaryFolder folder;
  put(folder / "file", "");
  CHECK_THAT(message_of([&] { const StagingFolder staging(folder / "file"); }),
             contains("cannot create a folder") && contains(folder / "file"));
  const StagingFolder staging(folder.path());
  CHECK_THAT(message_of([&] { staging.publish({"missing.pt"}); }),
             contains("cannot rename a file") && contains("missing.pt"));
}
