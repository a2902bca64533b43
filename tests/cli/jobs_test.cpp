#include <filesystem>
#include <nlohmann/json.hpp>

#include "program.h"

using namespace qtool;
using Json = nlohmann::json;

namespace {

/// A model and data, and an output folder that is not there yet.
struct Workplace {
  TemporaryFolder folder = {};
  std::string model = folder / "lenet.pt", images = "idx:" + folder / "images", out = folder / "out";
  std::string ptq = "ptq " + model + " --data " + images + " -o " + out + " --threads 1 --calib-samples 32";
  Workplace() {
    put_lenet(model);
    put_images(folder / "images");
  }
};

Json report_of(const std::string& folder) { return Json::parse(get(folder + "/report.json")); }

}  // namespace

TEST_CASE("ptq writes model, statistics, report and config, and says where") {
  const Workplace at;
  const Run run = run_program(at.ptq);
  INFO(run.err);
  REQUIRE(run.code == 0);
  CHECK_THAT(run.out, contains("int8"));
  CHECK_THAT(run.out, contains(at.out + "/report.html"));
  for (const char* name : {"model.int8.pt", "model.fakequant.pt", "calibration.json", "report.json",
                           "report.md", "report.html", "config.resolved.yaml"})
    CHECK(std::filesystem::exists(at.out + "/" + name));
  CHECK(count_files(at.out) == 7);
  const Json report = report_of(at.out);
  CHECK(report["qtool"]["threads"] == 1);
  CHECK(report["data"]["calibration_samples"] == 32);
  CHECK(report["accuracy"]["samples"] == 32);
  CHECK(report["size_bytes"]["int8"] == std::filesystem::file_size(at.out + "/model.int8.pt"));
}

TEST_CASE("two runs give the same bytes, but for the times in the report") {
  const Workplace at;
  REQUIRE(run_program(at.ptq).code == 0);
  std::filesystem::rename(at.out, at.folder / "first");
  REQUIRE(run_program(at.ptq).code == 0);
  for (const char* name : {"model.int8.pt", "model.fakequant.pt", "calibration.json", "config.resolved.yaml"})
    CHECK(get(at.folder / "first/" + name) == get(at.out + "/" + name));
  Json first = report_of(at.folder / "first"), second = report_of(at.out);
  for (const char* key :
       {"latency_ms", "latency_ms_of_files", "improvements_s", "stages_s", "peak_rss_bytes"}) {
    first.erase(key);
    second.erase(key);
  }
  CHECK(first == second);
}

TEST_CASE("config.resolved.yaml runs the same job again") {
  const Workplace at;
  REQUIRE(run_program(at.ptq + " --calibrator minmax").code == 0);
  const std::string model = get(at.out + "/model.int8.pt"), config = get(at.out + "/config.resolved.yaml");
  put(at.folder / "again.yaml", config);
  REQUIRE(run_program("ptq --config " + at.folder / "again.yaml").code == 0);
  CHECK(get(at.out + "/model.int8.pt") == model);
}

TEST_CASE("--json prints the report, and only that, to stdout") {
  const Workplace at;
  const Run run = run_program(at.ptq + " --json --quiet");
  REQUIRE(run.code == 0);
  CHECK(run.out == get(at.out + "/report.json"));
}

TEST_CASE("a gate that fails sets exit code 1, and the files are there") {
  const Workplace at;
  const Run run = run_program(at.ptq + " --min-accuracy 100");
  CHECK(run.code == 1);
  CHECK_THAT(run.out, contains("FAILED: top-1 of"));
  CHECK(std::filesystem::exists(at.out + "/model.int8.pt"));
  CHECK(report_of(at.out)["gates"][0]["passed"] == false);
}

TEST_CASE("--dry-run shows the plan and writes nothing") {
  const Workplace at;
  const Run run = run_program(at.ptq + " --dry-run");
  CHECK(run.code == 0);
  CHECK_THAT(run.out, contains(":weight"));
  CHECK_FALSE(std::filesystem::exists(at.out));
}

TEST_CASE("inspect tells what stays float because of the recipe") {
  const Workplace at;
  const Run table = run_program("inspect " + at.model + " --skip 'type:aten::linear'");
  CHECK(table.code == 0);
  CHECK_THAT(table.out, contains("float: "));
  const Run json = run_program("inspect " + at.model + " --json");
  REQUIRE(json.code == 0);
  CHECK_FALSE(Json::parse(json.out)["sites"].empty());
}

TEST_CASE("eval gives accuracy on labels, and agreement with another model") {
  const Workplace at;
  REQUIRE(run_program(at.ptq).code == 0);
  const std::string eval = "eval " + at.out + "/model.int8.pt --json --data ";
  const Run run = run_program(eval + at.images + " --against " + at.model);
  REQUIRE(run.code == 0);
  const Json result = Json::parse(run.out);
  CHECK(result["samples"] == 32);
  CHECK(result["model"]["values"]["top1"].is_number());
  CHECK(result["agreement"]["cosine"] > 0.9);

  const Run unlabelled = run_program(eval + "random:1x28x28,samples=8");
  CHECK(unlabelled.code == 2);
  CHECK_THAT(unlabelled.err, contains("--against"));
  const Run compared = run_program(eval + "random:1x28x28,samples=8 --against " + at.model);
  REQUIRE(compared.code == 0);
  CHECK_FALSE(Json::parse(compared.out)["model"]["values"].contains("top1"));
}

TEST_CASE("bench times models side by side") {
  const Workplace at;
  const Run run = run_program("bench " + at.model + " " + at.model +
                              " --shape 1x28x28 --batch 1,2 --rounds 2 --runs 2 --warm-up 1 --ops --json");
  INFO(run.err);
  REQUIRE(run.code == 0);
  const Json rows = Json::parse(run.out)["rows"];
  REQUIRE(rows.size() == 6);
  CHECK(rows[0]["batch"] == 1);
  CHECK(rows[1]["model"] == at.model + ", folded and frozen");
  CHECK(rows[3]["batch"] == 2);
  CHECK(rows[0]["ratio"] == 1.0);
  CHECK(rows[0]["median_ms"] > 0);
  CHECK(rows[0]["runs"] == 4);
  CHECK_FALSE(rows[0]["operators"].empty());
}

TEST_CASE("train writes a model, its history and a checkpoint") {
  const Workplace at;
  const std::string train =
      "train zoo:lenet --data " + at.images + " -o " + at.out + " --epochs 1 --batch-size 16 --threads 1";
  CHECK(run_program(train + " --dry-run").code == 0);
  CHECK_FALSE(std::filesystem::exists(at.out));
  const Run run = run_program(train + " --json");
  INFO(run.err);
  REQUIRE(run.code == 0);
  CHECK(Json::parse(run.out)["parameters"] > 1000);
  CHECK(Json::parse(get(at.out + "/history.json"))["epochs"].size() == 1);
  CHECK(std::filesystem::exists(at.out + "/checkpoints/last.pt"));
  CHECK(run_program("eval " + at.out + "/model.pt --data " + at.images).code == 0);
}

TEST_CASE("qat writes what ptq writes, and how training went") {
  const Workplace at;
  const std::string qat = "qat " + at.model + " --data " + at.images + " -o " + at.out +
                          " --epochs 2 --batch-size 16 --validation 0.25 --threads 1 --calib-samples 32";
  CHECK(run_program(qat + " --dry-run").code == 0);
  CHECK_FALSE(std::filesystem::exists(at.out));
  const Run run = run_program(qat + " --json");
  INFO(run.err);
  REQUIRE(run.code == 0);
  CHECK(run.out == get(at.out + "/report.json"));
  for (const char* name : {"model.int8.pt", "model.fakequant.pt", "calibration.json", "report.md",
                           "history.json", "config.resolved.yaml", "checkpoints/last.pt"})
    CHECK(std::filesystem::exists(at.out + "/" + name));
  CHECK(count_files(at.out) == 10);
  const Json report = Json::parse(run.out);
  CHECK(report["accuracy"]["ladder"].size() == 5);
  CHECK(report["training"]["epochs"].size() == 2);
  CHECK_THAT(get(at.out + "/report.md"), contains("ptq") && contains("epoch"));
}

TEST_CASE("config.resolved.yaml of qat runs the same job again") {
  const Workplace at;
  REQUIRE(run_program("qat " + at.model + " --data " + at.images + " -o " + at.out +
                      " --epochs 1 --batch-size 16 --weight-bits 4 --threads 1 --no-report --quiet")
              .code == 0);
  const std::string model = get(at.out + "/model.int8.pt");
  std::filesystem::rename(at.out + "/config.resolved.yaml", at.folder / "again.yaml");
  REQUIRE(run_program("qat --config " + at.folder / "again.yaml").code == 0);
  CHECK((get(at.out + "/model.int8.pt") == model));
}

TEST_CASE("compare tells what changed, and fails where a limit is passed") {
  const Workplace at;
  REQUIRE(run_program(at.ptq).code == 0);
  std::filesystem::rename(at.out, at.folder / "first");
  REQUIRE(run_program(at.ptq + " --weight-bits 3").code == 0);
  const std::string both = "compare " + at.folder / "first/report.json " + at.out + "/report.json";
  const Run run = run_program(both);
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK_THAT(run.out,
             contains("int8 top-1") && contains("quantize.weight_bits") && contains("int3 symmetric"));
  const Run gated = run_program(both + " --max-sqnr-loss 0.1 --json --junit " + at.folder / "j/gates.xml");
  CHECK(gated.code == 1);
  CHECK(Json::parse(gated.out)["gates"][0]["passed"] == false);
  CHECK_THAT(get(at.folder / "j/gates.xml"), contains("<failure type=\"gate\""));
}

TEST_CASE("gates go to a JUnit file and annotations, which leave --json its stdout") {
  const Workplace at;
  const std::string gates =
      at.ptq + " --max-size-ratio 0.0001 --annotations github --junit " + at.folder / "gates.xml";
  const Run run = run_program(gates);
  CHECK(run.code == 1);
  CHECK_THAT(run.out, contains("\n::error title=qtool max_size_ratio::size ratio of"));
  CHECK_THAT(get(at.folder / "gates.xml"),
             contains("testcase classname=\"qtool.gates\" name=\"max_size_ratio\""));
  const Run json = run_program(gates + " --json");
  CHECK(json.code == 1);
  CHECK(Json::parse(json.out)["gates"][0]["passed"] == false);
  CHECK_THAT(json.err, contains("::error title=qtool max_size_ratio::"));
}

TEST_CASE("the report says where settings come from") {
  const Workplace at;
  put(at.folder / "job.yaml",
      "quantize:\n  weight_bits: 6\n  calibrator: minmax\n  rules:\n    - {match: fc1, weight_bits: 7}\n");
  REQUIRE(run_program(at.ptq + " --per-tensor --weight-bits 5 --config " + at.folder / "job.yaml").code == 0);
  const Json report = report_of(at.out), &origins = report["setting_origins"];
  CHECK(origins["quantize.weight_bits"] == "--weight-bits");
  CHECK(origins["quantize.weight_granularity"] == "--per-tensor");
  CHECK(origins["quantize.calibrator"] == at.folder / "job.yaml:3");
  CHECK(origins["quantize.rules[0].weight_bits"] == at.folder / "job.yaml:5");
  CHECK(origins["model"] == "MODEL");
  CHECK_FALSE(origins.contains("quantize.activation_bits"));
  for (const auto& [key, origin] : origins.items()) CHECK(report["settings"].contains(key));
}
