#include "job/road/written_files.h"

#include "base/error.h"
#include "catch.h"
#include "job/workplace.h"

using namespace qtool;

namespace {

class Refuses : public RuntimeModel {
 public:
  explicit Refuses(ErrorKind kind) : kind_(kind) {}
  std::string runtime() const override { return "none"; }
  std::vector<std::string> input_names() const override { return {}; }
  std::vector<at::Tensor> run(const std::vector<at::Tensor>&) override {
    throw Error(kind_, {.what = "no such shape", .got = "[2, 4]"});
  }

 private:
  ErrorKind kind_;
};

WrittenFile refusing(ErrorKind kind) {
  return {&libtorch_target(), "model.pt", std::make_unique<Refuses>(kind)};
}

Model layer() { return build({"return torch.linear(x, w)", {{"w", {5, 4}}}}); }

}  // namespace

TEST_CASE("a file that refuses what the float model takes is qtool's fault, otherwise the data's") {
  auto original = layer();
  const auto file = refusing(ErrorKind::kUsage);
  CHECK_THROWS_WITH(run_made(file, original, {noise({2, 4}, 5)}),
                    contains("the float model runs on this data, but what qtool made of it does not") &&
                        contains("no such shape; [2, 4]") && contains(libtorch_target().file));
  CHECK_THROWS_WITH(run_made(file, original, {noise({2, 3}, 5)}), !contains("what qtool made of it"));
  CHECK_THROWS_WITH(run_made(refusing(ErrorKind::kMachine), original, {noise({2, 4}, 5)}),
                    contains("no such shape"));
}

TEST_CASE("a written file is opened again, and one that does not load is not kept") {
  const TemporaryFolder folder;
  const StagingFolder staging(folder.path());
  const auto& target = simulation_target();
  layer().save(staging.path(target.file));
  const auto file = open_written(staging, target, "net.pt");
  REQUIRE(file.runtime);
  auto original = layer();
  CHECK(run_made(file, original, {noise({2, 4}, 5)})[0].equal(original.forward({noise({2, 4}, 5)})[0]));
  put(staging.path(target.file), "damaged");
  try {
    (void)open_written(staging, target, "net.pt");
    FAIL("opened");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kUnquantizable);
  }
}

TEST_CASE("the first target's file is int8 on the ladder, the others are called by their target") {
  const auto first = targets_named({"onnxruntime", "libtorch"});
  CHECK(rung_of(first, *first[0]) == "int8");
  CHECK(rung_of(first, *first[1]) == "libtorch");
  for (const auto& target : targets())
    if (!target.open)
      CHECK_THAT(why_not_proven(target), contains(std::string(target.file) + " is not proven: ") &&
                                             contains("--target " + std::string(target.name) + " --runner"));
}
