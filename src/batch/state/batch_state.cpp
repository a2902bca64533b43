#include "batch/state/batch_state.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/json_text.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const std::vector<Fingerprint>& prints) {
  Json json = Json::array();
  for (const auto& print : prints)
    json.push_back({{"path", print.path}, {"stamp", print.stamp}, {"sha256", print.sha256}});
  return json;
}

std::vector<Fingerprint> prints_of(const Json& json) {
  std::vector<Fingerprint> prints;
  for (const Json& entry : json) prints.push_back({entry.at("path"), entry.at("stamp"), entry.at("sha256")});
  return prints;
}

}  // namespace

BatchState read_batch_state(const std::string& path) {
  BatchState state;
  if (!std::filesystem::is_regular_file(path)) return state;
  try {
    Json json;
    if (!parse_json(read_file(path), json).empty() || json.at("schema") != 1) return {};
    for (const auto& [name, job] : json.at("jobs").items())
      state[name] = {.tool = job.at("tool"),
                     .config = job.at("config_sha256"),
                     .inputs = prints_of(job.at("inputs")),
                     .outputs = prints_of(job.at("outputs")),
                     .exit_code = job.at("exit_code"),
                     .seconds = job.at("seconds")};
  } catch (const Json::exception&) {
    return {};
  }
  return state;
}

void write_batch_state(const BatchState& state, const std::string& path) {
  Json jobs = Json::object();
  for (const auto& [name, record] : state)
    jobs[name] = {{"tool", record.tool},
                  {"config_sha256", record.config},
                  {"inputs", to_json(record.inputs)},
                  {"outputs", to_json(record.outputs)},
                  {"exit_code", record.exit_code},
                  {"seconds", record.seconds}};
  const Json json = {{"schema", 1}, {"jobs", jobs}};
  write_file(path, json_text(json));
}

bool same_work(const JobRecord& a, const JobRecord& b) {
  const auto same = [](const Fingerprint& x, const Fingerprint& y) {
    return x.path == y.path && x.sha256 == y.sha256;
  };
  return a.tool == b.tool && a.config == b.config &&
         std::equal(a.inputs.begin(), a.inputs.end(), b.inputs.begin(), b.inputs.end(), same);
}

}  // namespace qtool
