#include "graph/read/read_model.h"

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/serialization/pickle.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "catch.h"
#include "graph/graphs.h"
#include "graph/read/archive_check.h"
#include "graph/read/read_model.h"
#include "graph/zip_edit.h"

using namespace qtool;

namespace {

/// A folder of its own for each test, removed at its end.
class Folder {
 public:
  Folder() { std::filesystem::create_directories(path_); }
  ~Folder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

  [[nodiscard]] std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(file(name), std::ios::binary) << bytes;
    return file(name);
  }

  [[nodiscard]] std::string model() const {
    ModuleBuilder net("Net");
    net.child("conv", layer("Conv2d", numbers({4, 3, 3, 3}), kScriptedConv));
    net.define("def forward(self, x):\n  return torch.relu(self.conv.forward(x))");
    net.build().save(file("model.pt"));
    return file("model.pt");
  }

 private:
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("qtool_load_test." + std::to_string(getpid()));
};

std::string bytes_of(const std::string& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

/// What the error says; checks that there is one, of the right kind, with the file in it and a way out.
Complaint complaint_of(const std::string& path) {
  try {
    (void)read_model(path);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(error.complaint().where == path);
    CHECK_FALSE(error.complaint().fix.empty());
    return error.complaint();
  }
  FAIL("loaded " << path);
  return {};
}

std::string what_of(const std::string& path) { return complaint_of(path).what; }

}  // namespace

TEST_CASE("a model is loaded in eval mode, its weights whole") {
  const Folder folder;
  const auto model = read_model(folder.model());
  REQUIRE(model.parameters().size() == 2);
  CHECK(model.parameters()[0].tensor.equal(numbers({4, 3, 3, 3})));
}

TEST_CASE("what is no model file is named") {
  const Folder folder;
  CHECK(what_of(folder.file("nothing.pt")) == "the model does not exist");
  CHECK(what_of(folder.file("")) == "the model is a folder");
  CHECK(what_of(folder.write("empty.pt", "")) == "the model file is empty");
  CHECK(what_of(folder.write("text.pt", "weights: none\n")) == "this is not a TorchScript file");
  CHECK(what_of(folder.write("net.onnx", "anything")) == "this is not an ONNX model, as its name says");
  CHECK(what_of(folder.write("net.pt",
                             "\x08\x08\x12\x07pytorch\x1a\x05"
                             "2.1.0")) == "this is an ONNX model: only eval, bench and inspect take those");
  CHECK(what_of(folder.write("old.pt", "\x80\x02\x8a\nl\xfc\x9c\x46\xf9")) ==
        "this is a Python pickle, not TorchScript");
}

TEST_CASE("a file cut off at any length is refused") {
  const Folder folder;
  const auto bytes = bytes_of(folder.model());
  const size_t steps = 20;
  for (size_t i = 0; i < steps; ++i) {
    const auto cut = folder.write("cut.pt", bytes.substr(0, bytes.size() * i / steps));
    CHECK_FALSE(what_of(cut).empty());
  }
  CHECK_FALSE(what_of(folder.write("cut.pt", bytes.substr(0, bytes.size() - 1))).empty());
}

TEST_CASE("a damaged byte is noticed wherever it lies") {
  const Folder folder;
  const auto bytes = bytes_of(folder.model());
  REQUIRE(damaged_member(folder.file("model.pt")).empty());
  const auto weight = numbers({4, 3, 3, 3});
  const auto place = bytes.find(std::string(static_cast<const char*>(weight.data_ptr()), 64));
  REQUIRE(place != std::string::npos);
  auto damaged = bytes;
  damaged[place + 17] = char(damaged[place + 17] ^ 0x40);
  const auto complaint = complaint_of(folder.write("damaged.pt", damaged));
  CHECK(complaint.what == "the model file is corrupted");
  CHECK_THAT(complaint.got, contains("data/"));

  // Elsewhere: refused, or, in a gap between the members, the same model.
  for (size_t at = 0; at < bytes.size(); at += bytes.size() / 40) {
    damaged = bytes;
    damaged[at] = char(damaged[at] ^ 0x10);
    const auto path = folder.write("damaged.pt", damaged);
    bool is_right = false;
    try {
      is_right = read_model(path).parameters().at(0).tensor.equal(weight);
    } catch (const Error& error) {
      is_right = error.kind() == ErrorKind::kUsage;
    }
    CHECK(is_right);
  }
}

TEST_CASE("a zip file of something else is refused") {
  const Folder folder;
  const auto other = folder.file("other.pt");
  edit_zip(folder.model(), other, [](const std::string& name, const std::string& text) {
    return name.ends_with("/version") ? text : "";
  });
  CHECK(what_of(other) == "this is a zip archive, but no TorchScript file");
}

TEST_CASE("a state dict holds no code") {
  const Folder folder;
  c10::Dict<std::string, at::Tensor> weights;
  weights.insert("fc.weight", numbers({2, 2}));
  const auto bytes = torch::jit::pickle_save(weights);
  CHECK(what_of(folder.write("weights.pt", {bytes.begin(), bytes.end()})) ==
        "this holds weights but no code");
}

TEST_CASE("an operator that this LibTorch lacks is named") {
  const Folder folder;
  const auto newer = folder.file("newer.pt");
  edit_zip(folder.model(), newer, [](const std::string& name, std::string text) {
    const auto place = text.find("torch.relu(");
    if (name.ends_with(".py") && place != std::string::npos)
      text.replace(place, 10, "torch.future_activation");
    return text;
  });
  const auto complaint = complaint_of(newer);
  CHECK_THAT(complaint.what, contains("lacks an operator of the model"));
  CHECK_THAT(complaint.got, contains("future_activation"));
}

TEST_CASE("a module without forward() is refused") {
  const Folder folder;
  const auto other = folder.file("other.pt");
  edit_zip(folder.model(), other, [](const std::string&, std::string text) {
    for (size_t place; (place = text.find("def forward(")) != std::string::npos;)
      text.replace(place, 12, "def predict(");
    for (size_t place; (place = text.find(").forward(")) != std::string::npos;)
      text.replace(place, 10, ").predict(");
    for (size_t place; (place = text.find("conv.forward(")) != std::string::npos;)
      text.replace(place, 13, "conv.predict(");
    return text;
  });
  CHECK(what_of(other) == "the model has no forward()");
}
