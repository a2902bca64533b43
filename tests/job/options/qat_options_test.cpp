#include "job/options/qat_options.h"

#include <functional>
#include <vector>

#include "data/files.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

QatOptions sound() {
  QatOptions options;
  options.model = "model.pt";
  options.output = "out";
  options.data = "random:1x28x28";
  return options;
}

}  // namespace

TEST_CASE("options that agree are taken") {
  check(sound());
  auto options = sound();
  options.fake_quant.observe_at = options.fake_quant.freeze_ranges_at = 0.5;
  options.fake_quant.quantize_at = 0.99;
  options.fake_quant.batch_norm = BatchNormMode::kFolded;
  options.improve = {"batch-norm"};
  check(options);
  options.improve = {"auto"};
  options.model = "zoo:lenet";
  options.fake_quant.batch_norm = BatchNormMode::kTrained;
  check(options);
}

TEST_CASE("options that contradict are named") {
  struct Case {
    std::function<void(QatOptions&)> spoil;
    const char* says;
  };
  const std::vector<Case> cases = {
      {[](auto& o) { o.data = ""; }, "no data to train on"},
      {[](auto& o) { o.fake_quant.quantize_at = 1; }, "fake-quant would never be switched on"},
      {[](auto& o) { o.fake_quant.observe_at = 0.8; }, "ranges are frozen before they are observed"},
      {[](auto& o) {
         o.model = "zoo:lenet";
         o.fake_quant.batch_norm = BatchNormMode::kFolded;
       },
       "needs its batch norms"},
      {[](auto& o) { o.improve = {"batch-norm"}; }, "training would unfold it"},
      {[](auto& o) {
         o.improve = {"none", "batch-norm"};
       },
       "improvements contradict each other"},
      {[](auto& o) {
         o.verify_samples = 0;
         o.gates.max_drop = 1;
       },
       "need a verified model"}};
  for (const auto& [spoil, says] : cases) {
    auto options = sound();
    spoil(options);
    CHECK_THAT(message_of([&] { check(options); }), contains(says));
  }
}
