#include "batch/plan/batch_plan.h"

#include "batch/plan/tasks.h"
#include "catch.h"
#include "data/files.h"

using namespace qtool;

namespace {

/// A batch file in a folder of its own, where a model `net.pt` stands.
class Batch {
 public:
  explicit Batch(std::string yaml) : yaml_("output: out\n" + std::move(yaml)) {
    put(folder_ / "net.pt", "a model");
  }
  [[nodiscard]] BatchPlan plan(const std::vector<std::string>& globs = {}) const {
    Problems problems(folder_ / "batch.yaml");
    auto plan = plan_batch(read_batch(yaml_, job_kinds(), {}, problems), globs, problems);
    problems.throw_if_any();
    return plan;
  }
  [[nodiscard]] std::string complaint(const std::vector<std::string>& globs = {}) const {
    return message_of([&] { (void)plan(globs); });
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return std::filesystem::canonical(folder_.path()).string() + "/" + name;
  }
  void put_file(const std::string& name) const { put(folder_ / name, "x"); }

 private:
  TemporaryFolder folder_;
  std::string yaml_;
};

/// `first` makes what `second` reads.
const char* const kChainFile = R"(version: 1
jobs:
  - {name: first, task: ptq, model: net.pt, data: "random:4", output: out/first}
  - {name: second, task: eval, model: out/first/model.int8.pt, data: "random:4"}
)";

}  // namespace

TEST_CASE("a job needs the earlier one that makes what it reads") {
  const Batch batch(kChainFile);
  const auto plan = batch.plan();
  REQUIRE(plan.jobs.size() == 2);
  CHECK(plan.output == batch.path("out"));
  CHECK(plan.jobs[0].needs.empty());
  CHECK(plan.jobs[0].inputs == std::vector{batch.path("net.pt")});
  CHECK(plan.jobs[0].output == batch.path("out/first"));
  CHECK(plan.jobs[1].needs == std::vector<size_t>{0});
  CHECK(plan.jobs[1].inputs == std::vector{batch.path("out/first/model.int8.pt")});
  CHECK(plan.jobs[1].output.empty());
}

TEST_CASE("jobs are chosen by name or glob") {
  const Batch batch(kChainFile);
  const auto plan = batch.plan({"f*"});
  REQUIRE(plan.jobs.size() == 1);
  CHECK(plan.jobs[0].config.name == "first");
  CHECK_THAT(batch.complaint({"frist"}),
             contains("--job 'frist' matches no job") && contains("did you mean 'first'?"));
}

TEST_CASE("a file of a job that is not chosen must be there") {
  const Batch batch(kChainFile);
  CHECK_THAT(batch.complaint({"second"}),
             contains("job 'first' makes it, but has not run and is not selected"));
  batch.put_file("out/first/model.int8.pt");
  const auto plan = batch.plan({"second"});
  REQUIRE(plan.jobs.size() == 1);
  CHECK(plan.jobs[0].needs.empty());
}

TEST_CASE("a job cannot read what a later one makes") {
  const Batch batch(R"(version: 1
jobs:
  - {name: reader, task: eval, model: out/maker/model.int8.pt, data: "random:4"}
  - {name: maker, task: ptq, model: net.pt, data: "random:4", output: out/maker}
)");
  CHECK_THAT(batch.complaint(),
             contains("needs model.int8.pt of job 'maker', which comes later; put it first"));
}

TEST_CASE("jobs that need each other are a cycle") {
  const Batch batch(R"(version: 1
jobs:
  - {name: a, task: ptq, model: out/b/model.fakequant.pt, data: "random:4", output: out/a}
  - {name: b, task: ptq, model: out/a/model.fakequant.pt, data: "random:4", output: out/b}
)");
  CHECK_THAT(batch.complaint(),
             contains("needs model.fakequant.pt of job 'b', which needs this one: a cycle"));
}

TEST_CASE("two jobs do not share a folder") {
  const Batch batch(R"(version: 1
jobs:
  - {name: a, task: ptq, model: net.pt, data: "random:4", output: out/same}
  - {name: b, task: ptq, model: net.pt, data: "random:4", output: out/x/../same}
)");
  CHECK_THAT(batch.complaint(), contains("job 'b': job 'a' writes to the same folder"));
}

TEST_CASE("all that is wrong is said at once") {
  const Batch batch(R"(version: 1
jobs:
  - {name: a, task: ptq, model: missing.pt, data: "random:4", output: out/a}
  - {name: b, task: eval, model: out/a/model.int.pt, data: "randon:4"}
  - {name: c, task: train, model: "zoo:resnet9", data: "random:4", output: out/c}
)");
  const auto text = batch.complaint();
  CHECK_THAT(text, contains("not there: " + batch.path("missing.pt")));
  CHECK_THAT(text, contains("job 'a' writes model.int8.pt") && contains("did you mean 'model.int8.pt'?"));
  CHECK_THAT(text, contains("did you mean 'random'?"));
  CHECK_THAT(text, contains("no built-in network 'zoo:resnet9'") && contains("did you mean 'zoo:resnet8'?"));
}
