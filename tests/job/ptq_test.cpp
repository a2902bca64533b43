#include "job/ptq.h"

#include <ATen/Context.h>
#include <ATen/core/Tensor.h>

#include <cmath>
#include <filesystem>

#include "export/torchscript/engine.h"
#include "workplace.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

const std::vector<std::string> kModels = {"model.int8.pt", "model.fakequant.pt"};

/// But for the manifest, which tells where the numbers are from.
bool same_model(const Workplace& at, const std::string& a, const std::string& b) {
  return without_manifest(at.folder / a) == without_manifest(at.folder / b);
}

bool same_file(const Workplace& at, const std::string& a, const std::string& b) {
  return get(at.folder / a) == get(at.folder / b);
}

}  // namespace

TEST_CASE("two runs give the same bytes") {
  const Workplace at;
  (void)run(at.options("a"));
  (void)run(at.options("b"));
  for (const std::string name :
       {"model.int8.pt", "model.fakequant.pt", "calibration.json", "config.resolved.yaml"})
    CHECK(same_file(at, "a/" + name, "b/" + name));
}

TEST_CASE("LibTorch's engine is after a job what it was before") {
  const Workplace place;
  const auto before = at::globalContext().qEngine();
  for (const auto engine : available_engines()) {
    INFO(to_string(engine));
    auto options = place.options("out");
    options.engine = engine;
    if (backend_of(engine).activation_bits == bits_of_activations())
      CHECK(run(options).report.tool.engine == to_string(engine));
    CHECK(at::globalContext().qEngine() == before);
  }
}

TEST_CASE("a job without a report takes away that of the models which it writes over") {
  const Workplace at;
  auto options = at.options("a");
  options.report = true;
  (void)run(options);
  CHECK(std::filesystem::exists(at.folder / "a/report.html"));
  options.report = false;
  (void)run(options);
  for (const std::string name : {"report.json", "report.md", "report.html"}) {
    INFO(name);
    CHECK(!std::filesystem::exists(at.folder / "a/" + name));
  }
}

TEST_CASE("the number of threads does not change the statistics of the input, nor the files' make") {
  const Workplace at;
  (void)run(at.options("a"), 1);
  (void)run(at.options("b"), 2);
  CHECK(same_file(at, "a/calibration.json", "b/calibration.json"));
}

TEST_CASE("stored statistics solve as the data did, with any calibrator") {
  const Workplace at;
  (void)run(at.options("seen"));
  for (const auto calibrator : {Calibrator::kMinMax, Calibrator::kPercentile, Calibrator::kEntropy}) {
    auto with_data = at.options("data"), without = at.options("stored");
    with_data.improve = {"none"};  // which wants samples
    with_data.recipe.calibrator = without.recipe.calibrator = calibrator;
    without.data = "";
    without.from_calibration = at.folder / "seen/calibration.json";
    (void)run(with_data);
    (void)run(without);
    INFO(to_string(calibrator));
    for (const auto& name : kModels) CHECK(same_model(at, "data/" + name, "stored/" + name));
    CHECK(same_file(at, "seen/calibration.json", "stored/calibration.json"));
  }
  CHECK(!same_model(at, "seen/model.int8.pt", "stored/model.int8.pt"));  // the default calibrator is another
}

TEST_CASE("statistics of two halves merge into those of the whole") {
  const Workplace at;
  const auto samples = noise({64, 3, 7, 7}, 5);
  auto whole = at.options("whole");
  whole.improve = {"none"};  // which wants samples
  (void)run(whole);
  for (const int half : {0, 1}) {
    const auto name = "half" + std::to_string(half);
    put_samples(at.folder / (name + ".npz"), samples.narrow(0, half * 32, 32).contiguous(), false);
    auto options = at.options(name);
    options.data = "npz:" + at.folder / (name + ".npz");
    (void)run(options);
  }
  auto merged = at.options("merged");
  merged.data = "";
  merged.merge_calibration = {at.folder / "half0/calibration.json", at.folder / "half1/calibration.json"};
  const auto result = run(merged);
  CHECK(result.report.data.calibration_samples == 64);
  CHECK(same_file(at, "merged/calibration.json", "whole/calibration.json"));
  for (const auto& name : kModels) CHECK(same_model(at, "merged/" + name, "whole/" + name));
}

TEST_CASE("statistics of another model are refused") {
  const Workplace at;
  (void)run(at.options("seen"));
  auto net = small_classifier();
  net.parameters[0].second = {8, 3, 1, 1};
  net.parameters[2].second = {5, 8 * 49};
  build(net).save(at.folder / "other.pt");
  auto options = at.options("out");
  options.model = at.folder / "other.pt";
  options.data = "";
  options.from_calibration = at.folder / "seen/calibration.json";
  const auto message = message_of([&] { (void)run(options); });
  CHECK_THAT(message, contains("the calibration is of another model"));
  CHECK_THAT(message, contains("seen/calibration.json"));
  CHECK(!std::filesystem::exists(at.folder / "out/model.int8.pt"));
}

TEST_CASE("a gate that fails is told, and the files are there") {
  const Workplace at;
  auto options = at.options("out");
  options.gates.max_size_ratio = 0.001;
  const auto result = run(options);
  CHECK(!result.gates_passed);
  for (const auto& name : kModels) CHECK(std::filesystem::exists(at.folder / "out/" + name));
  options.gates = {.min_agreement = 50};
  CHECK(run(options).gates_passed);
}

TEST_CASE("gates on accuracy need labels, and say so before any work is done") {
  const Workplace at;
  put_samples(at.folder / "bare.npz", noise({16, 3, 7, 7}, 5), /*labelled=*/false);
  auto options = at.options("out");
  options.data = "npz:" + at.folder / "bare.npz";
  for (const auto& [gates, name] : {std::pair(Gates{.max_drop = 1}, "--max-drop"),
                                    std::pair(Gates{.min_accuracy = 50}, "--min-accuracy")}) {
    options.gates = gates;
    const auto message = message_of([&] { (void)run(options); });
    CHECK_THAT(message, contains(std::string("the gate ") + name + " needs labels"));
    CHECK_THAT(message, contains(at.folder / "bare.npz"));
    CHECK(!std::filesystem::exists(at.folder / "out"));
  }
  options.gates = {.min_agreement = 1};
  CHECK(run(options).gates_passed);
}

TEST_CASE("the ladder goes from float to int8, and damage is shared out") {
  const Workplace at;
  const auto report = run(at.options("out")).report;
  REQUIRE(report.accuracy.ladder.size() == 4);
  CHECK(report.accuracy.samples == 64);
  CHECK(report.rung("folded")->value("agreement") == 100);
  CHECK(*report.rung("int8")->sqnr_db > 20);
  REQUIRE(report.simulated_vs_int8);
  CHECK(report.simulated_vs_int8->max_steps <= 1);
  double damage = 0;
  bool has_float_row = false;
  for (const auto& layer : report.layers) {
    damage += layer.damage.value_or(0);
    has_float_row = has_float_row || layer.reason == "no int8 form of aten::gelu";
  }
  CHECK(damage == Approx(1));
  CHECK(has_float_row);
}

TEST_CASE("0 samples to verify on leave the ladder out") {
  const Workplace at;
  auto options = at.options("out");
  options.verify_samples = 0;
  const auto report = run(options).report;
  CHECK(report.accuracy.ladder.empty());
  CHECK(!report.simulated_vs_int8);
  CHECK(std::filesystem::exists(at.folder / "out/model.int8.pt"));
}

TEST_CASE("the input is never overwritten") {
  const Workplace at;
  for (const auto& name : kModels) {
    const auto input = at.folder / name;
    std::filesystem::copy_file(at.model, input);
    auto options = at.options("");
    options.model = input;
    CHECK_THAT(message_of([&] { (void)run(options); }), contains("the output would overwrite the input"));
    CHECK(get(input) == get(at.model));
    std::filesystem::remove(input);
    std::filesystem::create_symlink(at.model, input);
    CHECK_THAT(message_of([&] { (void)run(at.options("")); }),
               contains("the output would overwrite the input"));
  }
}

TEST_CASE("data that is not finite is refused with the site, and no model is written") {
  const Workplace at;
  auto samples = noise({16, 3, 7, 7}, 5);
  samples.data_ptr<float>()[100] = NAN;
  put_samples(at.folder / "nan.npz", samples, false);
  auto options = at.options("out");
  options.data = "npz:" + at.folder / "nan.npz";
  const auto message = message_of([&] { (void)run(options); });
  CHECK_THAT(message, contains("a tensor was not finite during calibration"));
  CHECK_THAT(message, contains("conv2d:input"));
  CHECK(!std::filesystem::exists(at.folder / "out/model.int8.pt"));
}

TEST_CASE("the chosen metric is the one that drop, gates and headline speak of") {
  const Workplace at;
  auto options = at.options("out");
  options.metric = "top5";
  options.gates.max_drop = 5;
  const auto report = run(options).report;
  REQUIRE(report.accuracy.metric());
  CHECK(report.accuracy.metric()->name == "top5");
  REQUIRE(report.accuracy.drop);
  // Of five classes each is among the first five.
  CHECK(report.accuracy.drop->value == 0);
  REQUIRE(report.gates.size() == 1);
  CHECK_THAT(report.gates[0].text, contains("drop in top-5"));
}
