/// A trained network on real data, where that is installed (Debian's dataset-fashion-mnist).
#include "skip.h"
#include "workplace.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

PtqOptions resnet8(const std::string& output) {
  PtqOptions options;
  options.model = QTOOL_CONFIGS "/fashion_mnist/resnet8.pt";
  options.data = "idx:" + fashion_mnist_or_skip() + ",mean=0.2860,std=0.3530";
  options.output = output;
  options.report = false;  // it would quantize each layer alone
  return options;
}

}  // namespace

TEST_CASE(
    "every calibrator keeps a ResNet-8's accuracy within half a point, or a whole one where activations have "
    "7 bits",
    "[.fashion-mnist]") {
  const double points = bits_of_activations() == 8 ? 0.5 : 1;
  const TemporaryFolder folder;
  auto options = resnet8(folder / "seen");
  options.verify_samples = 0;
  (void)run(options, 2);
  for (const auto& [calibrator, name, text] : Names<Calibrator>::table) {
    options = resnet8(folder / name);
    options.from_calibration = folder / "seen/calibration.json";
    options.recipe.calibrator = calibrator;
    options.verify_samples = 2000;
    const auto accuracy = run(options, 2).report.accuracy;
    INFO(name << ": " << *accuracy.ladder.front().value("top1") << " to "
              << *accuracy.ladder.back().value("top1"));
    CHECK(accuracy.samples == 2000);
    CHECK(*accuracy.ladder.front().value("top1") > 90);
    CHECK(accuracy.drop->value < points);
    CHECK(*accuracy.ladder.back().value("agreement") > 100 - 2 * points);
  }
}

TEST_CASE("improvements give back what weights of 4 bits have lost", "[.fashion-mnist]") {
  const TemporaryFolder folder;
  const auto run_with = [&](const std::string& improve) {
    auto options = resnet8(folder / improve);
    options.recipe.weight_bits = 4;
    options.improve = {improve};
    options.verify_samples = 2000;
    return run(options, 2).report;
  };
  const auto without = run_with("none"), with = run_with("auto");
  CHECK(without.improvements.empty());
  REQUIRE(!with.improvements.empty());
  const auto db = [](const Report& report) { return *report.rung("int8")->sqnr_db; };
  INFO(db(without) << " to " << db(with) << " dB");
  CHECK(db(with) > db(without) + 4);
  CHECK(with.accuracy.drop->value < 0.5);
}

TEST_CASE("a learned rounding keeps weights of 2 bits, which rounding to the nearest does not",
          "[.fashion-mnist]") {
  const TemporaryFolder folder;
  auto options = resnet8(folder / "learned");
  options.recipe.weight_bits = 2;
  options.improve = {"rounding"};
  options.calibrate.samples = 512;
  options.verify_samples = 2000;
  const auto report = run(options, 2).report;
  REQUIRE(report.improvements.size() == 1);
  INFO(*report.improvements[0].before_db << " to " << *report.improvements[0].after_db << " dB");
  CHECK(report.improvements[0].kept);
  CHECK(*report.improvements[0].before_db < 3);
  CHECK(*report.improvements[0].after_db > 8);
  CHECK(report.accuracy.drop->value < 4);
}
