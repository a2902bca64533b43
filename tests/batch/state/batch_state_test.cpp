#include "batch/state/batch_state.h"

#include <filesystem>

#include "catch.h"
#include "data/files.h"

using namespace qtool;

TEST_CASE("the state of a batch reads back") {
  const TemporaryFolder folder;
  const std::string path = folder / "batch.json";
  const BatchState state = {{"a",
                             {.tool = "t",
                              .config = "c",
                              .inputs = {{"in", "s", "h"}},
                              .outputs = {{"out", "", ""}},
                              .exit_code = 1,
                              .seconds = 2.5}}};
  write_batch_state(state, path);
  const BatchState read = read_batch_state(path);
  REQUIRE(read.size() == 1);
  CHECK(same_work(read.at("a"), state.at("a")));
  CHECK(read.at("a").exit_code == 1);
  CHECK(read.at("a").seconds == 2.5);
  CHECK(read.at("a").outputs.at(0).path == "out");
}

TEST_CASE("a state that is missing, damaged or of another version makes all jobs run") {
  const TemporaryFolder folder;
  CHECK(read_batch_state(folder / "none.json").empty());
  for (const char* text :
       {"", "{", "[]", R"({"schema": 2, "jobs": {}})", R"({"schema": 1, "jobs": {"a": 3}})"}) {
    INFO(text);
    put(folder / "batch.json", text);
    CHECK(read_batch_state(folder / "batch.json").empty());
  }
}

TEST_CASE("work is the same where tool, config and the content of inputs are") {
  const JobRecord record{.tool = "t", .config = "c", .inputs = {{"in", "stamp", "hash"}}};
  CHECK(same_work(record, record));
  JobRecord other = record;
  other.inputs[0].stamp = "later";
  CHECK(same_work(record, other));
  other.inputs[0].sha256 = "changed";
  CHECK_FALSE(same_work(record, other));
  other = record;
  other.config = "d";
  CHECK_FALSE(same_work(record, other));
  other = record;
  other.tool = "u";
  CHECK_FALSE(same_work(record, other));
}
