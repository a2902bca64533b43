#include "export/pt2/archive.h"

#include <caffe2/serialize/inline_container.h>

#include <map>

#include "base/json_text.h"
#include "export/pt2/json_values.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

class Archive {
 public:
  Archive()
      : writer_([this](const void* data, size_t size) {
          bytes_.append(static_cast<const char*>(data), size);
          return size;
        }) {}

  void add(const std::string& name, const void* data, size_t size) { writer_.writeRecord(name, data, size); }
  void add(const std::string& name, const std::string& text) { add(name, text.data(), text.size()); }

  std::string finish() {
    writer_.writeEndOfFile();
    return std::move(bytes_);
  }

 private:
  std::string bytes_;
  caffe2::serialize::PyTorchStreamWriter writer_;
};

/// Writes each storage once: tied weights are one.
Json add_weights(Archive& archive, const std::vector<ProgramTensor>& tensors) {
  Json config = Json::object();
  std::map<const void*, std::string> records;
  for (const auto& [name, tensor, is_parameter] : tensors) {
    auto& record = records[tensor.numel() > 0 ? tensor.data_ptr() : &name];
    if (record.empty()) {
      record = "weight_" + std::to_string(records.size() - 1);
      archive.add("data/weights/" + record, tensor.data_ptr(), tensor.nbytes());
    }
    config[name] = {{"path_name", record},
                    {"is_param", is_parameter},
                    {"use_pickle", false},
                    {"tensor_meta", pt2_tensor_meta(tensor)}};
  }
  return {{"config", config}};
}

}  // namespace

std::string pt2_archive(const Pt2Contents& contents) {
  Archive archive;
  archive.add("archive_format", "pt2");
  archive.add("archive_version", "0");
  archive.add("byteorder", "little");
  archive.add("models/model.json", contents.program);
  archive.add("data/weights/model_weights_config.json", json_line(add_weights(archive, contents.tensors)));
  archive.add("data/constants/model_constants_config.json", R"({"config": {}})");
  archive.add("data/sample_inputs/model.pt", contents.sample_inputs);
  if (!contents.manifest.empty()) archive.add("extra/qtool_manifest.json", contents.manifest);
  return archive.finish();
}

}  // namespace qtool
