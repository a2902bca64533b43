#include "graph/read/torchscript.h"

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "catch.h"
#include "graph/graphs.h"
#include "graph/zip_edit.h"

using namespace qtool;

namespace {

/// A saved module that returns the expression of x; removed at the end.
class Saved {
 public:
  explicit Saved(const std::string& expression) : Saved(leaf("Net", expression).build().module()) {}
  explicit Saved(const torch::jit::Module& module) { module.save(path); }
  Saved(const Saved&) = delete;
  Saved& operator=(const Saved&) = delete;
  ~Saved() { std::filesystem::remove(path); }

  /// Puts a text in the place of another one in each member of the name.
  Saved& edit(const std::string& name, const std::string& from, const std::string& to) {
    const auto edited = path + ".edited";
    edit_zip(path, edited, [&](const std::string& member, std::string text) {
      const auto at = text.find(from);
      if (member.ends_with(name) && at != std::string::npos) text.replace(at, from.size(), to);
      return text;
    });
    std::filesystem::rename(edited, path);
    return *this;
  }

  const std::string path = temporary_path("torchscript.pt");
};

Complaint complaint_of(const Saved& saved) {
  try {
    (void)read_torchscript(saved.path);
  } catch (const Error& error) {
    return error.complaint();
  }
  return {};
}

}  // namespace

TEST_CASE("code for another device is read as the CPU's, and that said") {
  const Saved saved("x + torch.zeros([2], dtype=None, layout=None, device=torch.device(\"cuda:0\"))");
  auto model = read_torchscript(saved.path);
  CHECK(model.forward({numbers({2})})[0].equal(numbers({2})));
  REQUIRE(model.notes().remarks.size() == 1);
  CHECK_THAT(model.notes().remarks[0], contains("names the device cuda:0"));
}

TEST_CASE("code that calls what it must not is refused with the way out") {
  const auto complaint = complaint_of(Saved("torch.from_file(\"/etc/passwd\", True, 4)"));
  CHECK(complaint.what == "the model's code calls what it must not: aten::from_file");
  CHECK(complaint.expected == "code that only computes");
  CHECK_THAT(complaint.fix, contains("whom you trust"));
}

TEST_CASE("weights in MKL-DNN's format, which are not in the file, are told from damage") {
  Saved saved("torch.relu(x)");
  CHECK_THAT(complaint_of(saved.edit(".py", "torch.relu(x)", "ops.prim.ConstantMKLDNNTensor()")).what,
             contains("after torch.jit.optimize_for_inference()"));
}

TEST_CASE("an unknown class of the model's own is damage, an unknown operator is LibTorch's age") {
  CHECK_THAT(
      complaint_of(Saved("torch.relu(x)").edit(".py", "torch.relu(x)", "annotate(__torch__.Gone, x)")).got,
      contains("__torch__.Gone"));
  CHECK_THAT(complaint_of(Saved("torch.relu(x)").edit(".py", "torch.relu(", "torch.rule(")).what,
             contains("lacks an operator of the model: aten::rule"));
  CHECK_THAT(complaint_of(Saved("torch.relu(x)").edit(".py", "torch.relu(x)", "torch.relu(x, x)")).got,
             contains("(aten::relu)"));
}

TEST_CASE("a name that no path can hold is refused") {
  auto module = leaf("Net", "x").build().module();
  module.register_buffer("a.b", numbers({2}));
  CHECK(complaint_of(Saved(module)).got == "'a.b'");
}

TEST_CASE("a module of the user's need not have forward(), but is TorchScript") {
  ModuleBuilder metric("Metric");
  metric.define("def compute(self):\n  return 4.5");
  const Saved saved(metric.build().module());
  const auto module = read_user_module(saved.path);
  CHECK(module.where() == saved.path);
  CHECK(module.call("compute", {}).item<double>() == 4.5);
  CHECK(complaint_of(saved).what == "the model has no forward()");
  CHECK_THROWS_WITH(read_user_module("nowhere.pt"), contains("the TorchScript file does not exist"));
  std::ofstream(saved.path) << "text";
  CHECK_THROWS_WITH(read_user_module(saved.path), contains("this is not a TorchScript file"));
}
