#include <filesystem>
#include <nlohmann/json.hpp>

#include "program.h"

using namespace qtool;
using Json = nlohmann::json;

namespace {

/// A model, data, and a batch file beside them.
struct Batch {
  TemporaryFolder folder = {};
  std::string file = folder / "batch.yaml", out = folder / "out/batch";
  Batch() {
    put_lenet(folder / "lenet.pt");
    put_images(folder / "images");
  }
  void write(const std::string& jobs, const std::string& defaults = "") const {
    put(file,
        "version: 1\ndefaults: {model: lenet.pt, data: \"idx:images\", threads: 1" + defaults + "}\n" + jobs);
  }
  [[nodiscard]] Run run(const std::string& flags = "", const std::string& before = ":") const {
    return run_program("run " + file + " " + flags, before);
  }
  [[nodiscard]] Json summary() const { return Json::parse(get(out + "/summary.json")); }
  [[nodiscard]] std::vector<std::string> verdicts() const {
    std::vector<std::string> all;
    const Json json = summary();
    for (const Json& job : json["jobs"]) all.push_back(job["verdict"]);
    return all;
  }
};

using Verdicts = std::vector<std::string>;

constexpr const char* kChain =
    "jobs:\n"
    "- {name: small, task: ptq, verify_samples: 16}\n"
    "- {name: check, task: eval, model: out/batch/small/model.int8.pt, against: lenet.pt}\n"
    "- {name: speed, task: bench, models: [lenet.pt, out/batch/small/model.int8.pt], batch: [1], rounds: 1, "
    "runs: 1}\n";

}  // namespace

TEST_CASE("a batch runs its jobs, of which later ones use what earlier ones wrote, and ends with one table") {
  const Batch batch;
  batch.write(kChain);
  const Run run = batch.run();
  INFO(run.err);
  REQUIRE(run.code == 0);
  CHECK_THAT(run.out, contains("verdict"));
  CHECK_THAT(run.out, contains(batch.out + "/summary.html"));
  CHECK(batch.verdicts() == Verdicts{"ok", "ok", "ok"});
  const Json json = batch.summary(), jobs = json["jobs"];
  CHECK(jobs[0]["size_ratio"].is_number());
  CHECK(jobs[0]["drop_low"].is_number());
  CHECK(jobs[1]["agreement"].is_number());
  CHECK(jobs[2]["latency_ms"].is_number());
  CHECK(json["pareto"]["size"][0]["jobs"] == Json::array({"small"}));
  CHECK(json["pareto"]["latency"][0]["jobs"] == Json::array({"small"}));
  CHECK(jobs[0]["report"] == "small/report.html");
  CHECK(jobs[1]["report"].is_null());
  for (const char* name :
       {"summary.md", "summary.csv", "summary.html", "batch.json", "jobs/small.yaml", "logs/small.log",
        "results/check.json", "small/model.int8.pt", "small/report.json"})
    CHECK(std::filesystem::exists(batch.out + "/" + name));
  CHECK_THAT(run.err, contains("small | qtool: "));
}

TEST_CASE("--dry-run shows the jobs and writes nothing") {
  const Batch batch;
  batch.write(kChain);
  const Run run = batch.run("--dry-run");
  INFO(run.err);
  REQUIRE(run.code == 0);
  for (const char* part : {"small", "eval", "needs", "lenet.pt", "runs"}) CHECK_THAT(run.out, contains(part));
  CHECK_FALSE(std::filesystem::exists(batch.out));
  const Run json = batch.run("--dry-run --json --jobs 2 --threads 4");
  const Json plan = Json::parse(json.out);
  CHECK(plan["jobs"][1]["needs"] == Json::array({"small"}));
  CHECK(plan["jobs"][0]["threads"] == 1);
}

TEST_CASE("--jobs 2 runs two side by side, and shares the threads") {
  const Batch batch;
  batch.write("jobs:\n- {name: a, task: ptq, threads: 0}\n- {name: b, task: ptq, threads: 0}\n");
  const Run run = batch.run("--jobs 2 --threads 4");
  INFO(run.err);
  REQUIRE(run.code == 0);
  for (const char* name : {"a", "b"})
    CHECK(Json::parse(get(batch.out + "/" + name + "/report.json"))["qtool"]["threads"] == 2);
}

TEST_CASE("--resume leaves out what is unchanged, and runs again what is not") {
  const Batch batch;
  batch.write(kChain);
  REQUIRE(batch.run().code == 0);
  const auto unchanged = [&] {
    const Run run = batch.run("--resume");
    INFO(run.err);
    REQUIRE(run.code == 0);
    std::string flags;
    const Json json = batch.summary();
    for (const Json& job : json["jobs"]) flags += job["unchanged"].get<bool>() ? "=" : "x";
    return flags;
  };
  CHECK(unchanged() == "===");
  CHECK_THAT(batch.run("--resume --dry-run").out, contains("skipped: unchanged"));

  put(batch.out + "/small/model.int8.pt", "broken");  // an output, and what the others read
  CHECK(unchanged() == "x==");                        // the same bytes come out again
  std::filesystem::remove(batch.out + "/small/report.json");
  CHECK(unchanged() == "x==");
  put_images(batch.folder / "images");  // written again, with the same content
  CHECK(unchanged() == "===");
  put(batch.folder / "images/t10k-labels-idx1-ubyte", idx({32}, std::string(32, '\1')));
  CHECK(unchanged() == "xxx");
  batch.write(std::string(kChain) + "- {name: more, task: ptq}\n", ", seed: 3");
  CHECK(unchanged() == "xxxx");
  CHECK(unchanged() == "====");
}

TEST_CASE("a failed gate is exit code 1, and what follows runs nevertheless") {
  const Batch batch;
  batch.write(
      "jobs:\n- {name: gate, task: ptq, gates: {max_size_ratio: 0.01}}\n"
      "- {name: after, task: eval, model: out/batch/gate/model.int8.pt}\n");
  const Run run = batch.run();
  INFO(run.err);
  CHECK(run.code == 1);
  CHECK(batch.verdicts() == Verdicts{"gate failed", "ok"});
  CHECK_THAT(run.out, contains("gate failed: max_size_ratio"));
  CHECK(batch.run("--resume").code == 1);
}

TEST_CASE("after a failure no job begins, unless --keep-going; what needs the failed one is skipped") {
  const Batch batch;
  put(batch.folder / "broken.pt", "no model");
  batch.write(
      "jobs:\n- {name: bad, task: ptq, model: broken.pt}\n"
      "- {name: child, task: eval, model: out/batch/bad/model.int8.pt}\n- {name: good, task: ptq}\n");
  const Run stopped = batch.run();
  CHECK(stopped.code == 2);
  CHECK(batch.verdicts() == Verdicts{"failed", "skipped", "skipped"});
  CHECK_THAT(stopped.err, contains("broken.pt"));
  const Run going = batch.run("--keep-going");
  INFO(going.err);
  CHECK(going.code == 2);
  CHECK(batch.verdicts() == Verdicts{"failed", "skipped", "ok"});
  CHECK_THAT(batch.summary()["jobs"][1]["reason"].get<std::string>(), contains("needs 'bad', which failed"));
}

TEST_CASE("--job picks jobs by name or glob") {
  const Batch batch;
  batch.write("jobs:\n- {name: a1, task: ptq}\n- {name: a2, task: ptq}\n- {name: b, task: ptq}\n");
  REQUIRE(batch.run("--job 'a*' --verify_samples 0").code == 2);
  REQUIRE(batch.run("--job 'a*' --dry-run").code == 0);
  CHECK_THAT(batch.run("--job 'a*' --dry-run").out, !contains("\nb "));
  const Run none = batch.run("--job c1");
  CHECK(none.code == 2);
  CHECK_THAT(none.err, contains("did you mean 'a1'?"));
}

TEST_CASE("--set wins over the file") {
  const Batch batch;
  batch.write("jobs:\n- {name: a, task: ptq, quantize: {weight_bits: 8}}\n");
  REQUIRE(batch.run("--set quantize.weight_bits=5 --set verify_samples=0").code == 0);
  CHECK_THAT(get(batch.out + "/a/config.resolved.yaml"), contains("weight_bits: 5"));
}

TEST_CASE("Ctrl-C stops the running job, keeps finished ones, and --resume goes on") {
  const Batch batch;
  batch.write(
      "jobs:\n- {name: first, task: ptq}\n"
      "- {name: long, task: train, train: {epochs: 5000, batch_size: 4}}\n- {name: last, task: ptq}\n");
  const std::string checkpoint = batch.out + "/long/checkpoints/last.pt";
  const Run run = batch.run("", "(while kill -0 $$ 2> /dev/null && [ ! -e " + checkpoint +
                                    " ]; do sleep 0.05; done; kill -INT $$) &");
  INFO(run.err);
  CHECK(run.code == 130);
  CHECK(batch.verdicts() == Verdicts{"ok", "interrupted", "interrupted"});
  CHECK_THAT(run.err, contains("--resume' goes on"));
  CHECK(Json::parse(get(batch.out + "/batch.json"))["jobs"]["long"]["exit_code"] == 130);
  const Run again =
      batch.run("--resume", "(sleep 3; while kill -0 $$ 2> /dev/null; do kill -INT $$; sleep 9; done) &");
  CHECK(again.code == 130);
  CHECK_THAT(get(batch.out + "/logs/long.log"), !contains("error: the checkpoint"));
  CHECK(batch.summary()["jobs"][0]["unchanged"] == true);
}

TEST_CASE("a job that is killed takes nothing else along") {
  const Batch batch;
  batch.write(
      "jobs:\n- {name: long, task: train, train: {epochs: 5000, batch_size: 4}}\n- {name: other, task: "
      "ptq}\n");
  const std::string checkpoint = batch.out + "/long/checkpoints/last.pt";
  // The batch's child that is qtool, not the shell that looks for it.
  const Run run = batch.run(
      "--keep-going", "(while [ ! -e " + checkpoint +
                          " ]; do sleep 0.05; done; for child in $(cat /proc/$$/task/*/children); do "
                          "case $(readlink /proc/$child/exe) in *qtool) kill -KILL $child ;; esac; done) &");
  INFO(run.err);
  CHECK(run.code == 4);
  CHECK(batch.verdicts() == Verdicts{"failed", "ok"});
  CHECK_THAT(run.out, contains("killed by signal 9"));
}

TEST_CASE("bad batch files: all is said at once, with places, before any model is loaded") {
  const Batch batch;
  const std::pair<const char*, const char*> cases[] = {
      {"jobs: [{name: a, task: ptq, model: lenet2.pt}]", ":3:36: jobs[0].model: job 'a': not there: "},
      {"jobs: [{name: a, task: ptq, data: 'idx:nowhere'}]", ":3:35: jobs[0].data: job 'a': not there: "},
      {"jobs: [{name: a, task: ptq, data: 'idxx:images'}]", "did you mean 'idx'?"},
      {"jobs: [{name: a, task: ptq, data: 'idx:images,limt=3'}]", "did you mean 'limit'?"},
      {"jobs: [{name: a, task: train, model: 'zoo:lenett'}]", "did you mean 'zoo:lenet'?"},
      {"jobs: [{name: a, task: ptq, model: 'zoo:lenet'}]", "a built-in network has learned nothing yet"},
      {"jobs: [{name: a, task: ptq, from_calibration: x.json}]",
       "jobs[0].from_calibration: job 'a': not there"},
      {"jobs: [{name: a, task: ptq, verify_samples: 0, gates: {max_drop: 1}}]",
       "these gates need a verified model"},
      {"jobs: [{name: a, task: ptq, output: o}, {name: b, task: ptq, output: ./o}]",
       ":3:70: jobs[1].output: job 'b': job 'a' writes to the same folder"},
      {"jobs: [{name: b, task: eval, model: out/batch/a/model.int8.pt}, {name: a, task: ptq}]",
       "needs model.int8.pt of job 'a', which comes later; put it first"},
      {"jobs: [{name: a, task: ptq, model: out/batch/b/model.fakequant.pt},"
       " {name: b, task: ptq, model: out/batch/a/model.fakequant.pt}]",
       "a cycle"},
      {"jobs: [{name: a, task: ptq}, {name: b, task: eval, model: out/batch/a/model.int9.pt}]",
       "did you mean 'model.int8.pt'?"},
      {"jobs: [{name: a, task: ptq, models: [x]}]", "jobs[0].models: unknown key, did you mean 'model'?"},
      {"jobs: [{name: a, task: compress}]", "jobs[0].task: got 'compress'"},
  };
  for (const auto& [jobs, expected] : cases) {
    INFO(jobs);
    batch.write(std::string(jobs) + "\n");
    const Run run = batch.run();
    INFO(run.err);
    CHECK(run.code == 2);
    CHECK(run.out.empty());
    CHECK_THAT(run.err, contains("1 problem in the config file"));
    CHECK_THAT(run.err, contains(expected));
    CHECK_FALSE(std::filesystem::exists(batch.out));
  }
  batch.write("jobs:\n- {name: a, task: ptq, model: x.pt, sed: 1}\n- {name: b, task: ptq, data: 'idx:y'}\n");
  const Run many = batch.run();
  CHECK_THAT(many.err, contains("3 problems"));
}

TEST_CASE("ptq --config says what to do with a batch file") {
  const Batch batch;
  batch.write(kChain);
  const Run run = run_program("ptq --config " + batch.file);
  CHECK(run.code == 2);
  CHECK_THAT(run.err, contains("a batch file, expected one job; 'qtool run"));
}

TEST_CASE("a file of one job is a batch of one") {
  const Batch batch;
  put(batch.folder / "one.yaml", "task: ptq\nmodel: lenet.pt\ndata: idx:images\noutput: one\nthreads: 1\n");
  const std::string command = "run " + batch.folder / "one.yaml";
  REQUIRE(run_program(command).code == 0);
  CHECK(std::filesystem::exists(batch.folder / "one/model.int8.pt"));
  CHECK(std::filesystem::exists(batch.folder / "one/summary.md"));
  const Run again = run_program(command + " --resume");
  CHECK(again.code == 0);
  CHECK_THAT(again.out, contains("unchanged"));
}

TEST_CASE("init writes a configuration that run and ptq take") {
  const Batch batch;
  const std::string yaml = batch.folder / "lenet.yaml";
  const std::string init = "init " + batch.folder / "lenet.pt" + " -o " + yaml;
  const Run made = run_program(init);
  INFO(made.err);
  REQUIRE(made.code == 0);
  const std::string text = get(yaml);
  CHECK_THAT(text, contains("data: \"random:1x28x28\""));
  CHECK_THAT(text, contains("model: lenet.pt"));
  CHECK_THAT(text, contains("#   - {match: \"conv1\", skip: true}"));
  CHECK_THAT(text, contains("  # weight_bits: 8"));
  CHECK(run_program("run " + yaml + " --dry-run").code == 0);
  CHECK(run_program("ptq --config " + yaml + " --verify-samples 0 --calib-samples 16").code == 0);
  CHECK(run_program(init).code == 2);  // it is there already

  const Run with_data = run_program("init " + batch.folder / "lenet.pt" + " -o " + batch.folder / "sub.yaml" +
                                    " --data idx:" + batch.folder / "images,mean=0.5,std=0.5");
  REQUIRE(with_data.code == 0);
  CHECK_THAT(get(batch.folder / "sub.yaml"), contains("data: \"idx:images,mean=0.5,std=0.5\""));

  // A file without a folder stands in the current one.
  REQUIRE(run_program("init lenet.pt -o here.yaml", "cd '" + batch.folder.path() + "'").code == 0);
  CHECK_THAT(get(batch.folder / "here.yaml"), contains("model: lenet.pt"));
}
