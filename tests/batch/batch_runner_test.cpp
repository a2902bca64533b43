#include "batch/batch_runner.h"

#include <algorithm>
#include <filesystem>

#include "batch/plan/tasks.h"
#include "catch.h"
#include "data/files.h"

using namespace qtool;

namespace {

/// Jobs that a shell script does in place of qtool: it writes its job's name to `calls`, then does what `body` says.
class Shell {
 public:
  Shell(const std::string& jobs, const std::string& body) : yaml_("version: 1\noutput: out\njobs:\n" + jobs) {
    put(folder_ / "net.pt", "a model");
    put(options.executable,
        "#!/bin/sh\njob=$(basename \"$3\" .yaml)\necho $job >> " + calls_ + "\n" + body + "\n");
    std::filesystem::permissions(options.executable, std::filesystem::perms::owner_all);
  }

  /// The rows, by `NAME: VERDICT (EXIT CODE) REASON`.
  std::vector<std::string> run() {
    put(calls_, "");
    Problems problems(folder_ / "batch.yaml");
    auto plan = plan_batch(read_batch(yaml_, job_kinds(), {}, problems), {}, problems);
    problems.throw_if_any();
    BatchWatcher nobody;
    std::vector<std::string> lines;
    for (const auto& row : run_jobs(plan, options, nobody))
      lines.push_back(row.job + ": " + to_string(row.verdict) + " (" + std::to_string(row.exit_code) + ") " +
                      (row.unchanged ? "unchanged" : row.reason));
    return lines;
  }

  /// Names of the jobs that ran, each with a space behind it, in the order in which they began.
  [[nodiscard]] std::string calls() const {
    auto text = get(calls_);
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
  }

  void change_model() const { put(folder_ / "net.pt", "another model"); }
  [[nodiscard]] std::string log_of(const std::string& job) const {
    return get(folder_ / ("out/logs/" + job + ".log"));
  }

 private:
  TemporaryFolder folder_;
  std::string calls_ = folder_ / "calls", yaml_;

 public:
  RunnerOptions options = {.executable = folder_ / "qtool.sh"};
};

const std::string kTwo = R"(  - {name: a, task: eval, model: net.pt, data: "random:4"}
  - {name: b, task: eval, model: net.pt, data: "random:4"}
)";
const std::string kChain = R"(  - {name: a, task: ptq, model: net.pt, data: "random:4"}
  - {name: b, task: eval, model: out/a/model.int8.pt, data: "random:4"}
)";

using LineList = std::vector<std::string>;

}  // namespace

TEST_CASE("jobs run in the order of the plan") {
  Shell shell(kTwo, "echo '{}'");
  CHECK(shell.run() == LineList{"a: ok (0) ", "b: ok (0) "});
  CHECK(shell.calls() == "a b ");
}

TEST_CASE("after a failure no job begins, unless asked to go on") {
  Shell shell(kTwo, "echo '{}'; [ $job = b ] || { echo 'qtool: error: broken' >&2; echo more >&2; exit 2; }");
  CHECK(shell.run() ==
        LineList{"a: failed (2) broken", "b: skipped (0) 'a' failed before, and --keep-going was not given"});
  CHECK(shell.log_of("a") == "qtool: error: broken\nmore\n");
  shell.options.keep_going = true;
  CHECK(shell.run() == LineList{"a: failed (2) broken", "b: ok (0) "});
}

TEST_CASE("what needs a job that failed is not run") {
  Shell shell(kChain, "exit 3");
  shell.options.keep_going = true;
  CHECK(shell.run() ==
        LineList{"a: failed (3) ended with exit code 3", "b: skipped (0) needs 'a', which failed"});
  CHECK(shell.calls() == "a ");
}

TEST_CASE("a failed gate is no failure: what needs the job runs") {
  Shell shell(kChain, R"(echo '{"gates": [{"name": "max_drop", "limit": 1, "value": 2, "passed": false}]}';
      [ $job = b ])");
  CHECK(shell.run() == LineList{"a: gate failed (1) max_drop", "b: ok (0) "});
}

TEST_CASE("a job that is killed, or did not begin, is the machine's failure") {
  Shell killed(kTwo, "kill -9 $$");
  CHECK(killed.run().at(0) == "a: failed (4) killed by signal 9 (Killed), as for want of memory");
  Shell missing(kTwo, "exit 127");
  CHECK(missing.run().at(0) == "a: failed (4) ended with exit code 127");
}

TEST_CASE("resumed, a job runs again only where its last run failed or its inputs changed") {
  Shell shell(kTwo, "echo '{}'; [ $job = a ]");
  shell.options.resume = true;
  CHECK(shell.run() == LineList{"a: ok (0) ", "b: gate failed (1) "});
  CHECK(shell.run() == LineList{"a: ok (0) unchanged", "b: gate failed (1) unchanged"});
  CHECK(shell.calls().empty());
  shell.change_model();
  CHECK(shell.run().at(0) == "a: ok (0) ");
  CHECK(shell.calls() == "a b ");
}
