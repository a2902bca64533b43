#include "batch/state/job_record.h"

#include "catch.h"
#include "data/files.h"

using namespace qtool;

namespace {

std::vector<std::string> names_of(const std::vector<Fingerprint>& prints, const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& print : prints) names.push_back(print.path.substr(folder.size() + 1));
  return names;
}

}  // namespace

TEST_CASE("a failed gate is work that was done") {
  CHECK(did_its_work(0));
  CHECK(did_its_work(1));
  for (const int code : {-1, 2, 3, 4, 130}) CHECK_FALSE(did_its_work(code));
}

TEST_CASE("outputs are the job's result and all files of its folder, by name") {
  const TemporaryFolder folder;
  for (const char* name :
       {"batch/results/a.json", "batch/a/model.pt", "batch/a/checkpoints/last.pt", "batch/b/x"})
    put(folder / name, "x");
  PlannedJob job;
  job.config.name = "a";
  job.output = folder / "batch/a";
  CHECK(names_of(outputs_of(job, folder / "batch"), folder / "batch") ==
        std::vector<std::string>{"results/a.json", "a/checkpoints/last.pt", "a/model.pt"});
  job.output = "";
  CHECK(outputs_of(job, folder / "batch").size() == 1);
}

TEST_CASE("files of the batch are none of a job that shares its folder") {
  const TemporaryFolder folder;
  for (const char* name :
       {"results/a.json", "jobs/a.yaml", "logs/a.log", "batch.json", "summary.md", "model.pt"})
    put(folder / name, "x");
  PlannedJob job;
  job.config.name = "a";
  job.output = folder.path();
  CHECK(names_of(outputs_of(job, folder.path()), folder.path()) ==
        std::vector<std::string>{"results/a.json", "model.pt"});
}

TEST_CASE("outputs stand until one of them changes") {
  const TemporaryFolder folder;
  put(folder / "x", "one");
  JobRecord record;
  record.exit_code = 0;
  record.outputs = {fingerprint(folder / "x")};
  CHECK(outputs_stand(record));
  put(folder / "x", "another");
  CHECK_FALSE(outputs_stand(record));
  std::filesystem::remove(folder / "x");
  CHECK_FALSE(outputs_stand(record));
  record.outputs = {};
  CHECK(outputs_stand(record));
  record.exit_code = 2;
  CHECK_FALSE(outputs_stand(record));
}
