#include "export/target.h"

#include <ATen/TensorOperators.h>
#include <torch/version.h>

#include <filesystem>
#include <set>

#include "catch.h"
#include "data/files.h"
#include "small_net.h"

using namespace qtool;

TEST_CASE("targets have names and files of their own") {
  std::set<std::string_view> names, files;
  for (const auto& target : targets()) {
    names.insert(target.name);
    files.insert(target.file);
    CHECK_FALSE(target.about.empty());
  }
  CHECK(names.size() == targets().size());
  CHECK(files.size() == targets().size());
}

TEST_CASE("what a target writes it opens again, and it computes what was asked for") {
  const at::Tensor input = noise({2, 3, 4, 4}, 5);
  const auto original = build({"return torch.conv2d(x, w)", {{"w", {4, 3, 1, 1}}}});
  const auto solution = prepare(original, input);
  const TemporaryFolder folder;
  std::vector<at::Tensor> outputs;
  for (const auto& target : targets()) {
#if TORCH_VERSION_MAJOR < 2
    if (&target == &onednn_target()) continue;  // its operators came later
#endif
    INFO(target.name);
    const std::string path = folder / target.file;
    target.write(solution, {.original = original, .example = {input}}, path);
    if (why_not_run_here(target).empty()) outputs.push_back(target.open(path)->run({input})[0]);
  }
  REQUIRE(outputs.size() >= 2);
  const double step = solution.qparams.back().scale();
  for (const auto& output : outputs)
    CHECK((output - outputs.back()).abs().max().item<double>() < 1.01 * step);
}

TEST_CASE("a target refuses operators of a precision that it has not, by name") {
  const SmallNet net = small_classifier();
  const auto original = build(net);
  const auto dynamic = with_precision(prepare(original, noise(net.input, 5)), Precision::kDynamic);
  const TemporaryFolder folder;
  const auto path = folder / "model.pt";
  CHECK_THROWS_WITH(onednn_target().write(dynamic, {.original = original}, path),
                    contains("libtorch-onednn cannot run") && contains("conv2d") &&
                        contains("dynamic aten::conv2d") && contains("float, weight-only, static"));
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("the kernels of the int8 target have limits, the simulation has none") {
  CHECK(libtorch_target().limits != nullptr);
  CHECK(simulation_target().limits == nullptr);
}
