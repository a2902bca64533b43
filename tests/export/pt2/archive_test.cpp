#include "export/pt2/archive.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>

#include <nlohmann/json.hpp>

#include "data/files.h"
#include "graph/read/pt2_tensors.h"
#include "graph/read/records.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

TEST_CASE("tied weights are one record, and tensors without values have one each") {
  const auto weight = at::arange(6, at::kFloat).view({2, 3});
  const TemporaryFolder folder;
  put(folder / "a.pt2", pt2_archive({.program = "{}",
                                     .tensors = {{"first.weight", weight, true},
                                                 {"second.weight", weight, true},
                                                 {"none", at::empty({0}), false},
                                                 {"nothing", at::empty({0}), false},
                                                 {"count", at::arange(3), false}},
                                     .manifest = "{\"a\": 1}"}));
  const Records records(folder / "a.pt2");
  const auto config = nlohmann::ordered_json::parse(records.bytes("data/weights/model_weights_config.json"));
  const auto& entries = config.at("config");
  CHECK(entries.at("first.weight").at("path_name") == entries.at("second.weight").at("path_name"));
  CHECK(entries.at("none").at("path_name") != entries.at("nothing").at("path_name"));
  CHECK(records.size("data/weights/weight_0") == 24);
  const auto tensors = read_pt2_tensors(records, "data/weights/", config);
  CHECK(at::equal(tensors.at("second.weight").value, weight));
  CHECK(at::equal(tensors.at("count").value, at::arange(3)));
  CHECK(tensors.at("first.weight").is_parameter);
  CHECK_FALSE(tensors.at("count").is_parameter);
  CHECK(records.bytes("models/model.json") == "{}");
  CHECK(records.bytes("extra/qtool_manifest.json") == "{\"a\": 1}");
}

TEST_CASE("the same contents give the same bytes, and a manifest is there only where there is one") {
  const Pt2Contents contents{.program = "{}", .tensors = {{"w", at::arange(3), false}}};
  const auto bytes = pt2_archive(contents);
  CHECK(bytes == pt2_archive(contents));
  CHECK(bytes.find("qtool_manifest") == std::string::npos);
}
