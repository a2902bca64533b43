#include "job/qat.h"
#include "graph/read/read_model.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/interrupt.h"
#include "graph/builder.h"
#include "qat/strip_fake_quant.h"
#include "train/trainer.h"
#include "workplace.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

constexpr int64_t kClasses = 5;

/// Each class is a pattern of its own under some noise, so that a small network learns it in a few steps.
at::Tensor patterns(at::IntArrayRef shape, uint64_t seed) {
  auto samples = noise(shape, seed) * 0.5;
  const auto classes = noise({kClasses, shape[1], shape[2], shape[3]}, 77);
  for (int64_t i = 0; i < shape[0]; ++i) samples[i] += classes[i % kClasses];
  return samples.contiguous();
}

/// Convolution, batch norm, relu and a linear layer, as a training loop leaves them.
Model normed_classifier() {
  ModuleBuilder net("Normed");
  net.parameter("weight", noise({6, 3, 3, 3}, 1) * 0.2)
      .parameter("gamma", noise({6}, 2) * 0.3 + at::tensor({1.0F, -1.0F, 1.0F, 1.0F, -0.5F, 1.0F}))
      .parameter("beta", noise({6}, 3) * 0.2)
      .buffer("mean", noise({6}, 4) * 0.2)
      .buffer("var", noise({6}, 5).abs() + 1)
      .parameter("fc", noise({kClasses, 150}, 6) * 0.1);
  auto model =
      net.define(
             "def forward(self, x):\n"
             "  x = torch.conv2d(x, self.weight)\n"
             "  x = torch.batch_norm(x, self.gamma, self.beta, self.mean, self.var, self.training, 0.1, "
             "1e-5, False)\n"
             "  return torch.linear(torch.flatten(torch.relu(x), 1), self.fc)")
          .build();
  model.set_training(false);
  return model;
}

/// A workplace whose data can be learned.
struct QatPlace : Workplace {
  QatPlace() {
    put_samples(folder / "data.npz", patterns({80, 3, 7, 7}, 5), /*labelled=*/true);
    normed_classifier().save(folder / "normed.pt");
  }

  /// Two epochs of four steps, at 4 bits.
  [[nodiscard]] QatOptions qat(const std::string& output) const {
    QatOptions qat;
    static_cast<QuantizeOptions&>(qat) = options(output);
    qat.recipe.weight_bits = qat.recipe.activation_bits = 4;
    qat.train.epochs = 2;
    qat.train.batch_size = 16;
    qat.train.validation = 0.2;
    qat.train.optimizer = {.kind = OptimizerKind::kSgd, .learning_rate = 0.02};
    return qat;
  }
  [[nodiscard]] std::string bytes(const std::string& file) const { return get(folder / file); }
};

QuantizeResult run(const QatOptions& options, Progress&& progress = Progress()) {
  CommonOptions common;
  common.threads = 1;
  return run_qat(options, {common, "resolved: true\n", progress});
}

std::vector<std::string> names_of(const Report& report) {
  std::vector<std::string> names;
  for (const auto& rung : report.accuracy.ladder) names.push_back(rung.name);
  return names;
}

std::map<std::string, QParams> grids_of(const std::string& fake_quant_file) {
  return strip_fake_quant(read_model(fake_quant_file)).grids;
}

bool same_grid(const QParams& a, const QParams& b) {
  return a.scheme() == b.scheme() && a.scales().equal(b.scales()) && a.zero_points().equal(b.zero_points());
}

/// The training curve in a file, but for the times.
nlohmann::json curve_in(const std::string& path) {
  auto history = nlohmann::json::parse(get(path));
  for (auto& epoch : history["epochs"]) epoch.erase("seconds");
  return history;
}

/// Interrupts after so many steps of training.
class Interrupter : public Progress {
 public:
  explicit Interrupter(int steps) : steps_(steps) {}
  void stage(const std::string& name) override { is_training_ = name == "train"; }
  void update(int64_t /*done*/, int64_t /*total*/, const std::string& /*text*/) override {
    if (is_training_ && steps_-- == 0) request_interrupt();
  }

 private:
  int steps_;
  bool is_training_ = false;
};

}  // namespace

TEST_CASE("damage is measured with the weights on their grids, where they do none") {
  const QatPlace at;
  const auto report = run(at.qat("out")).report;
  double damage = 0, of_weights = 0;
  for (const auto& layer : report.layers) {
    damage += layer.damage.value_or(0);
    if (layer.site.ends_with(":weight")) of_weights += layer.damage.value();
    if (layer.site.ends_with(":output")) CHECK(layer.sqnr_db.value() > 5);
  }
  CHECK(damage == Approx(1));
  CHECK(of_weights == Approx(0).margin(1e-6));
}

TEST_CASE("a float model goes in, an int8 model comes out, with all that lies between") {
  const QatPlace at;
  const auto result = run(at.qat("out"));
  for (const char* name : {"model.int8.pt", "model.fakequant.pt", "calibration.json", "config.resolved.yaml",
                           "history.json", "report.json", "report.md", "checkpoints/last.pt"})
    CHECK(std::filesystem::exists(at.folder / "out/" + name));
  const auto& report = result.report;
  CHECK(names_of(report) == std::vector<std::string>{"float", "folded", "ptq", "simulated", "int8"});
  CHECK(report.rung("folded")->value("agreement") == 100);
  REQUIRE(report.simulated_vs_int8);
  CHECK(report.simulated_vs_int8->same_top1 == 1);
  REQUIRE(report.curve.size() == 2);
  CHECK(report.curve[0].epoch == 1);
  CHECK(report.curve[0].best + report.curve[1].best == 1);
  CHECK(curve_in(at.folder / "out/history.json")["epochs"].size() == 2);
}

TEST_CASE("training wins back what few bits cost") {
  const QatPlace at;
  auto options = at.qat("out");
  options.train.epochs = 6;
  options.train.distillation = 0;
  const auto report = run(options).report;
  CHECK(*report.rung("ptq")->value("top1") < 60);
  CHECK(*report.rung("int8")->value("top1") > 90);
}

TEST_CASE("the rungs before training are those of ptq, whatever training changed since") {
  const QatPlace at;
  for (const auto mode : {BatchNormMode::kFolded, BatchNormMode::kTrained}) {
    INFO(to_string(mode));
    auto options = at.qat("out");
    options.model = at.folder / "normed.pt";
    options.fake_quant.batch_norm = mode;
    PtqOptions ptq;
    static_cast<QuantizeOptions&>(ptq) = options;
    ptq.improve = {"none"};  // as before training
    const auto before = run(ptq).report, after = run(options).report;
    for (const auto& [theirs, ours] :
         {std::pair("float", "float"), {"folded", "folded"}, {"simulated", "ptq"}}) {
      INFO(ours);
      CHECK(after.rung(ours)->value("top1") == before.rung(theirs)->value("top1"));
      CHECK(after.rung(ours)->cosine == Approx(*before.rung(theirs)->cosine).epsilon(1e-9));
    }
  }
}

TEST_CASE("two runs with one seed give the same bytes, another seed others") {
  const QatPlace at;
  CommonOptions common;
  common.threads = 1;
  for (const auto& [name, seed] : {std::pair("a", 0), {"b", 0}, {"c", 1}}) {
    common.seed = seed;
    Progress progress;
    (void)run_qat(at.qat(name), {common, "resolved: true\n", progress});
  }
  for (const std::string name :
       {"model.int8.pt", "model.fakequant.pt", "calibration.json", "config.resolved.yaml"})
    CHECK((at.bytes("a/" + name) == at.bytes("b/" + name)));
  CHECK(curve_in(at.folder / "a/history.json") == curve_in(at.folder / "b/history.json"));
  CHECK((at.bytes("a/model.int8.pt") != at.bytes("c/model.int8.pt")));
}

TEST_CASE("interrupted and resumed, it ends with the bytes of an uninterrupted run") {
  const QatPlace at;
  struct Case {
    const char* model;
    FakeQuantOptions fake_quant;
    OptimizerOptions optimizer;
  };
  const std::vector<Case> cases = {
      {"model.pt", {.activation_steps = StepSize::kLearned}, {.kind = OptimizerKind::kAdamW}},
      {"normed.pt", {.batch_norm = BatchNormMode::kTrained, .weight_steps = StepSize::kObserved}, {}}};
  int run_number = 0;
  for (const auto& [model, fake_quant, optimizer] : cases)
    for (const int steps : {2, 6}) {
      INFO(model << ", stopped after " << steps);
      auto options = at.qat("whole" + std::to_string(run_number));
      options.model = at.folder / model;
      options.fake_quant = fake_quant;
      options.train.optimizer = optimizer;
      (void)run(options);
      const auto whole = options.output;
      options.output = at.folder / ("parts" + std::to_string(run_number++));
      CHECK_THAT(message_of([&] { (void)run(options, Interrupter(steps)); }),
                 contains("interrupted") && contains("--resume"));
      clear_interrupt();
      CHECK(!std::filesystem::exists(options.output + "/model.int8.pt"));
      options.train.resume = true;
      (void)run(options);
      for (const std::string name : {"/model.int8.pt", "/model.fakequant.pt", "/calibration.json"})
        CHECK((get(options.output + name) == get(whole + name)));
      CHECK(curve_in(options.output + "/history.json") == curve_in(whole + "/history.json"));
    }
}

TEST_CASE("a checkpoint of another recipe is not gone on from") {
  const QatPlace at;
  auto options = at.qat("out");
  (void)run(options);
  options.train.resume = true;
  options.recipe.weight_bits = 3;
  CHECK_THAT(message_of([&] { (void)run(options); }), contains("weight_bits"));
}

TEST_CASE("a model.fakequant.pt is gone on from, with its weights and grids") {
  const QatPlace at;
  for (const char* model : {"model.pt", "normed.pt"}) {
    INFO(model);
    auto options = at.qat("first");
    options.model = at.folder / model;
    (void)run(options);
    auto next = at.qat("second");
    next.model = at.folder / "first/model.fakequant.pt";
    next.train.optimizer.learning_rate = 0;
    next.fake_quant.freeze_ranges_at = 0;
    (void)run(next);
    CHECK((without_manifest(at.folder / "second/model.int8.pt") ==
           without_manifest(at.folder / "first/model.int8.pt")));
    // With another recipe the grids of the file do not fit.
    next.recipe.activation_bits = 8;
    (void)run(next);
    for (const auto& [site, grid] : grids_of(at.folder / "second/model.fakequant.pt"))
      CHECK(grid.scheme().bits() == (grid.scheme().is_signed() ? 4 : bits_of_activations()));
  }
}

TEST_CASE("a network of the zoo is trained from scratch") {
  const QatPlace at;
  put_samples(at.folder / "data.npz", patterns({80, 1, 8, 8}, 5), /*labelled=*/true);
  for (const char* name : {"zoo:lenet", "zoo:resnet8"}) {
    INFO(name);
    auto options = at.qat(std::string(name).substr(4));
    options.model = name;
    options.recipe.weight_bits = options.recipe.activation_bits = 8;
    options.report = false;
    const auto report = run(options).report;
    CHECK(names_of(report) == std::vector<std::string>{"float", "folded", "simulated", "int8"});
    CHECK(report.rung("folded")->value("agreement") == 100);
    CHECK(report.simulated_vs_int8->same_top1 > 0.95);
    CHECK(std::filesystem::exists(options.output + "/model.float.pt"));
  }
}

TEST_CASE("data without labels is learned from the float model") {
  const QatPlace at;
  put_samples(at.folder / "bare.npz", patterns({80, 3, 7, 7}, 5), /*labelled=*/false);
  auto options = at.qat("out");
  options.data = "npz:" + at.folder / "bare.npz";
  options.train.epochs = 4;
  const auto report = run(options).report;
  CHECK(report.curve.back().loss < report.curve.front().loss);
  CHECK(*report.rung("int8")->value("agreement") >= *report.rung("ptq")->value("agreement"));
  options.train.distillation = 0;
  CHECK_THAT(message_of([&] { (void)run(options); }), contains("without labels"));
}

TEST_CASE("each way to treat batch norms and steps ends in an int8 model that does what was trained") {
  const QatPlace at;
  for (const auto batch_norm : {BatchNormMode::kFolded, BatchNormMode::kTrained})
    for (const auto weights : {StepSize::kObserved, StepSize::kLearned})
      for (const auto activations : {StepSize::kObserved, StepSize::kLearned}) {
        INFO("batch norm " << to_string(batch_norm) << ", weights " << to_string(weights) << ", activations "
                           << to_string(activations));
        auto options = at.qat("out");
        options.model = at.folder / "normed.pt";
        options.fake_quant = {
            .batch_norm = batch_norm, .weight_steps = weights, .activation_steps = activations};
        options.train.epochs = 4;
        options.train.distillation = 0;
        options.report = false;
        const auto report = run(options).report;
        CHECK(report.simulated_vs_int8->same_top1 == 1);
        CHECK(*report.rung("int8")->value("top1") > 80);
        // What validation saw, is what was delivered: the held-out samples are among those of the test.
        for (const auto& epoch : report.curve)
          if (epoch.best) CHECK(epoch.validation_score > 60);
      }
}

TEST_CASE("the milestones say when ranges move and when an epoch may be the best") {
  const QatPlace at;
  auto options = at.qat("out");
  options.train.optimizer.learning_rate = 0;
  options.fake_quant.weight_steps = options.fake_quant.activation_steps = StepSize::kObserved;
  PtqOptions ptq;
  static_cast<QuantizeOptions&>(ptq) = options;
  ptq.output = at.folder / "ptq";
  ptq.improve = {"none"};  // as before training
  (void)run(ptq);
  const auto solved = grids_of(at.folder / "ptq/model.fakequant.pt");
  const auto moved = [&](double observe_at, double freeze_at) {
    options.fake_quant.observe_at = observe_at;
    options.fake_quant.freeze_ranges_at = freeze_at;
    (void)run(options);
    size_t count = 0;
    for (const auto& [site, grid] : grids_of(at.folder / "out/model.fakequant.pt"))
      if (!grid.scheme().is_signed()) count += same_grid(grid, solved.at(site)) ? 0 : 1;
    return count;
  };
  CHECK(moved(0, 0) == 0);
  CHECK(moved(1, 1) == 0);
  CHECK(moved(0, 1) > 0);
  CHECK(moved(0, 0.1) > 0);    // in the first step
  CHECK(moved(0.8, 0.9) > 0);  // in the seventh
  options.fake_quant.quantize_at = 0.5;
  CHECK(run(options).report.curve[1].best);
  options.fake_quant.quantize_at = 0.9;  // within the last epoch, the one that is kept
  CHECK(run(options).report.curve[1].best);
}

TEST_CASE("a model with nothing to train is refused") {
  const QatPlace at;
  build({"return torch.flatten(torch.relu(x + x), 1)", {}}).save(at.folder / "bare.pt");
  auto options = at.qat("out");
  options.model = at.folder / "bare.pt";
  CHECK_THAT(message_of([&] { (void)run(options); }), contains("no convolution or linear layer"));
  CHECK(!std::filesystem::exists(at.folder / "out/model.int8.pt"));
}

TEST_CASE("training that diverges ends with an error, and the best model is delivered") {
  const QatPlace at;
  auto options = at.qat("out");
  options.train.optimizer.learning_rate = 1000;
  options.train.optimizer.weight_decay = 10;
  options.fake_quant.activation_steps = StepSize::kObserved;  // learned ones clip a runaway
  for (const int64_t epochs : {1, 20}) {  // before any epoch has ended, and after some have
    INFO(epochs << " epochs");
    std::filesystem::remove_all(options.output);
    options.train.epochs = epochs;
    options.train.schedule.warm_up = epochs == 1 ? 0 : 0.5;
    CHECK_THROWS_AS(run(options), TrainingDiverged);
    const auto report = nlohmann::json::parse(get(at.folder / "out/report.json"));
    CHECK(report["accuracy"]["ladder"].size() == 5);
    CHECK_THAT(report["warnings"].dump(), contains("the loss diverged"));
    CHECK(read_model(at.folder / "out/model.int8.pt").input_count() == 1);
  }
}

TEST_CASE("qat never overwrites its input") {
  const QatPlace at;
  (void)run(at.qat("out"));
  auto options = at.qat("out");
  options.model = at.folder / "out/model.fakequant.pt";
  const auto before = get(options.model);
  CHECK_THAT(message_of([&] { (void)run(options); }), contains("the output would overwrite the input"));
  CHECK((get(options.model) == before));
}

TEST_CASE("epochs are scored by the chosen metric, and another one is another run") {
  const QatPlace at;
  auto options = at.qat("out");
  options.metric = "top5";
  const auto report = run(options).report;
  CHECK(report.curve_metric.name == "top5");
  REQUIRE(report.accuracy.metric());
  CHECK(report.accuracy.metric()->name == "top5");
  options.train.resume = true;
  options.metric = "";
  CHECK_THAT(message_of([&] { (void)run(options); }), contains("metric: top5"));
}
