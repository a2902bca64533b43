#include "graph/read/pt2.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <caffe2/serialize/inline_container.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "base/error.h"
#include "catch.h"
#include "graph/graphs.h"
#include "graph/read/read_model.h"

using namespace qtool;

namespace {

/// relu(fc(x)), as torch.export.save() writes it.
constexpr const char* kProgram = R"({"graph_module": {"graph": {
  "inputs": [{"as_tensor": {"name": "p_w"}}, {"as_tensor": {"name": "p_b"}}, {"as_tensor": {"name": "x"}}],
  "nodes": [
    {"target": "torch.ops.aten.linear.default",
     "inputs": [{"name": "input", "arg": {"as_tensor": {"name": "x"}}},
                {"name": "weight", "arg": {"as_tensor": {"name": "p_w"}}},
                {"name": "bias", "arg": {"as_tensor": {"name": "p_b"}}}],
     "outputs": [{"as_tensor": {"name": "linear"}}],
     "metadata": {"nn_module_stack": "L__self__,,Net;L__self__fc,fc,torch.nn.Linear"}},
    {"target": "torch.ops.aten.relu.default",
     "inputs": [{"name": "self", "arg": {"as_tensor": {"name": "linear"}}}],
     "outputs": [{"as_tensor": {"name": "relu"}}],
     "metadata": {"nn_module_stack": "L__self__,,Net"}}],
  "outputs": [{"as_tensor": {"name": "relu"}}]},
 "signature": {
  "input_specs": [{"parameter": {"arg": {"name": "p_w"}, "parameter_name": "fc.weight"}},
                  {"parameter": {"arg": {"name": "p_b"}, "parameter_name": "fc.bias"}},
                  {"user_input": {"arg": {"as_tensor": {"name": "x"}}}}],
  "output_specs": [{"user_output": {"arg": {"as_tensor": {"name": "relu"}}}}]},
 "module_call_graph": [
  {"fqn": "", "signature": {"out_spec": "[1, {\"type\": null, \"context\": null, \"children_spec\": []}]"}},
  {"fqn": "fc"}]},
 "schema_version": {"major": 8, "minor": 5}})";

constexpr const char* kWeights = R"({"config": {
 "fc.weight": {"path_name": "weight_0", "is_param": true, "use_pickle": false, "tensor_meta": {"dtype": 7,
  "sizes": [{"as_int": 2}, {"as_int": 3}], "strides": [{"as_int": 3}, {"as_int": 1}],
  "storage_offset": {"as_int": 0}, "layout": 7}},
 "fc.bias": {"path_name": "weight_1", "is_param": true, "use_pickle": false, "tensor_meta": {"dtype": 7,
  "sizes": [{"as_int": 2}], "strides": [{"as_int": 1}], "storage_offset": {"as_int": 0}, "layout": 7}}}})";

constexpr const char* kConfig = "data/weights/model_weights_config.json";

std::string bytes_of(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

/// A .pt2 file, removed at the end.
class Archive {
 public:
  Archive() = default;
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;
  ~Archive() { std::filesystem::remove(path_); }

  std::map<std::string, std::string> records = {{"archive_format", "pt2"},
                                                {"models/model.json", kProgram},
                                                {kConfig, kWeights},
                                                {"data/weights/weight_0", bytes_of({1, 2, 3, -1, 0, 1})},
                                                {"data/weights/weight_1", bytes_of({0.5, -3})}};

  /// Puts a text in the place of another one, each time that it stands there.
  Archive& edit(const std::string& record, const std::string& from, const std::string& to) {
    auto& text = records.at(record);
    size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    for (; at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
    return *this;
  }
  Archive& program(const std::string& from, const std::string& to) {
    return edit("models/model.json", from, to);
  }
  Archive& weights(const std::string& from, const std::string& to) { return edit(kConfig, from, to); }

  Model read() {
    std::filesystem::remove(path_);
    {
      caffe2::serialize::PyTorchStreamWriter writer(path_);
      for (const auto& [name, bytes] : records) writer.writeRecord(name, bytes.data(), bytes.size());
      writer.writeEndOfFile();
    }
    return read_model(path_);
  }

  /// What the error says: `got`, or `what` where that is not of the program.
  std::string flaw() {
    try {
      (void)read();
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::kUsage);
      CHECK(error.complaint().where == path_);
      CHECK_FALSE(error.complaint().fix.empty());
      CHECK_FALSE(error.complaint().expected.empty());
      if (error.complaint().what == "the program in the .pt2 file cannot be read")
        return error.complaint().got;
      return error.complaint().what;
    }
    return "";
  }

 private:
  std::string path_ =
      std::filesystem::temp_directory_path() / ("qtool_pt2_test." + std::to_string(getpid()) + ".pt2");
};

}  // namespace

TEST_CASE("a program of torch.export is read and run") {
  Archive archive;
  auto model = archive.read();
  REQUIRE(model.parameters().size() == 2);
  const auto x = at::tensor({1.f, 1.f, 1.f, 2.f, 0.f, -1.f}).reshape({2, 3});
  // (6.5, -3) and (-0.5, -6): 1 + 2 + 3 + 0.5, -1 + 1 - 3; 2 - 3 + 0.5, -2 - 1 - 3
  CHECK(at::equal(model.forward({x})[0], at::tensor({6.5f, 0.f, 0.f, 0.f}).reshape({2, 2})));
}

TEST_CASE("weights of one record share it, by strides and offset") {
  Archive archive;
  archive.weights("weight_1", "weight_0")
      .weights(R"("strides": [{"as_int": 3}, {"as_int": 1}])",
               R"("strides": [{"as_int": 1}, {"as_int": 2}])");
  auto model = archive.read();
  // [[1, 3, 0], [2, -1, 1]] and [1, 2]
  CHECK(at::equal(model.forward({at::tensor({1.f, 1.f, 1.f}).reshape({1, 3})})[0],
                  at::tensor({5.f, 4.f}).reshape({1, 2})));
}

TEST_CASE("what a .pt2 file may not be is named") {
  const auto flaw = [](const auto& damage) {
    Archive archive;
    damage(archive);
    return archive.flaw();
  };
  CHECK(flaw([](Archive& it) { it.program(R"("major": 8)", R"("major": 9)"); }) ==
        "a program of schema version 9");
  CHECK(flaw([](Archive& it) { it.records.erase("models/model.json"); }) == "no models/model.json");
  CHECK(flaw([](Archive& it) { it.records.erase("data/weights/weight_1"); }) ==
        "no record data/weights/weight_1");
  CHECK(flaw([](Archive& it) { it.records.erase(kConfig); }) == "no tensor fc.weight");
  CHECK(flaw([](Archive& it) { it.records["data/weights/weight_1"] = bytes_of({1}); }) ==
        "fc.bias reaches element 1 of a record of 1");
  CHECK(flaw([](Archive& it) { it.weights(R"("use_pickle": false)", R"("use_pickle": true)"); }) ==
        "the pickled weight fc.weight");
  CHECK(flaw([](Archive& it) { it.weights(R"("dtype": 7)", R"("dtype": 70)"); }) ==
        "a tensor of type number 70");
  CHECK(flaw([](Archive& it) { it.weights(R"("layout": 7)", R"("layout": 1)"); }) ==
        "the sparse weight fc.weight");
  CHECK(flaw([](Archive& it) { it.program("aten.relu.default", "aten.rule.default"); }) ==
        "the operator aten::rule, which this LibTorch lacks");
  CHECK(flaw([](Archive& it) { it.program("torch.ops.aten.relu.default", "torch.ops.relu"); }) ==
        "the operator torch.ops.relu");
  CHECK(flaw([](Archive& it) { it.program("torch.ops.aten.relu.default", "os.system"); }) ==
        "the operator os.system");
  CHECK_THAT(flaw([](Archive& it) { it.program("aten.relu.default", "aten.from_file.default"); }),
             contains("aten::from_file: "));
  CHECK(flaw([](Archive& it) {
          it.program(R"({"user_input": {"arg": {"as_tensor": {"name": "x"}}}})",
                     R"({"user_input": {"arg": {"as_int": 3}}})");
        }) == "an input that is no tensor");
  CHECK(flaw([](Archive& it) { it.program(R"({"user_input": {"arg")", R"({"custom_obj": {"arg")"); }) ==
        "an input of kind custom_obj");
  CHECK(flaw([](Archive& it) { it.program(R"({"name": "linear"}}}])", R"({"name": "nobody"}}}])"); }) ==
        "the value nobody, which nothing computes");
}

TEST_CASE("a package of AOTInductor is refused as one") {
  Archive archive;
  archive.records.erase("models/model.json");
  archive.records["data/aotinductor/model/code.so"] = "machine code";
  CHECK(archive.flaw() == "this is a package that AOTInductor has compiled");
}

TEST_CASE("JSON that is damaged or nested without end is refused") {
  const auto flaw = [](const std::string& program) {
    Archive archive;
    archive.records["models/model.json"] = program;
    return archive.flaw();
  };
  CHECK_THAT(flaw("{\"graph_module\": "), contains("models/model.json: "));
  CHECK_THAT(flaw(std::string(100'000, '[')), contains("models/model.json: "));
  CHECK(flaw("[]") == "the model file is corrupted");
  CHECK(flaw("{}") == "the model file is corrupted");
}

TEST_CASE("an object of no kind, or several outputs of an operator that has one, are refused") {
  const auto flaw = [](const std::string& from, const std::string& to) {
    return Archive().program(from, to).flaw();
  };
  const std::string kindless = "a value without a kind";
  CHECK(flaw(R"({"user_input": {"arg": {"as_tensor": {"name": "x"}}}})", "{}") == kindless);
  CHECK(flaw(R"("arg": {"as_tensor": {"name": "linear"}})", R"("arg": {})") == kindless);
  CHECK(flaw(R"("outputs": [{"as_tensor": {"name": "relu"}}],)", R"("outputs": [{}],)") == kindless);
  CHECK(flaw(R"({"user_output": {"arg": {"as_tensor": {"name": "relu"}}}})", "{}") == kindless);
  CHECK(flaw(R"("outputs": [{"as_tensor": {"name": "linear"}}])",
             R"("outputs": [{"as_tensors": [{"name": "linear"}]}])") == "several outputs of aten::linear");
}

TEST_CASE("tensors whose names do not fit in each other are refused") {
  CHECK_FALSE(Archive().weights(R"("fc.bias":)", R"("fc":)").flaw().empty());
  CHECK_FALSE(Archive().weights(R"("fc.bias":)", R"("fc.weight.x":)").flaw().empty());
}
