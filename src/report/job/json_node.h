#pragma once
/// For .cpp files that read JSON which qtool has written: the JSON library takes long to compile.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json_text.h"
#include "base/names.h"
#include "report/job/report.h"

namespace qtool {

/// Where JSON comes from, for messages.
struct JsonOrigin {
  std::string file = {};
  std::string what = {};  ///< Message::what of all that is wrong with it
  std::string fix = {};
};

/// What a subcommand prints with --json.
[[nodiscard]] inline JsonOrigin printed_by(const std::string& command) {
  return {"standard output", "this is not what qtool " + command + " --json prints",
          "run it with this qtool"};
}

/// A value of the JSON, and the way to it. Strict: each read throws Error(kUsage) with the file and the path of the key
/// where the key is missing or the value is of another type.
class JsonNode {
 public:
  using Json = nlohmann::ordered_json;

  /// Keeps references to both.
  JsonNode(const JsonOrigin& origin, const Json& json, std::string path = {})
      : origin_(origin), json_(json), path_(std::move(path)) {}

  [[nodiscard]] JsonNode at(const std::string& key) const {
    require(json_.is_object(), "an object");
    const auto found = json_.find(key);
    if (found == json_.end()) refuse(join_path(key), "no such key", "the key " + key);
    return {origin_, *found, join_path(key)};
  }

  /// For keys that earlier versions did not write: null where there is no such key.
  [[nodiscard]] JsonNode at_or_null(const std::string& key) const {
    static const Json null;
    require(json_.is_object(), "an object");
    const auto found = json_.find(key);
    return {origin_, found == json_.end() ? null : *found, join_path(key)};
  }

  [[nodiscard]] bool has(const std::string& key) const {
    require(json_.is_object(), "an object");
    return json_.contains(key);
  }
  [[nodiscard]] bool is_null() const { return json_.is_null(); }

  [[nodiscard]] std::string text() const {
    require(json_.is_string(), "text");
    return json_.get<std::string>();
  }
  [[nodiscard]] std::string text_or_empty() const { return is_null() ? "" : text(); }
  [[nodiscard]] double number() const {
    require(json_.is_number(), "a number");
    return json_.get<double>();
  }
  [[nodiscard]] int64_t whole() const {
    require(json_.is_number_integer(), "a whole number");
    return json_.get<int64_t>();
  }
  [[nodiscard]] bool truth() const {
    require(json_.is_boolean(), "true or false");
    return json_.get<bool>();
  }
  [[nodiscard]] std::optional<double> optional_number() const {
    return is_null() ? std::nullopt : std::optional(number());
  }
  [[nodiscard]] std::optional<int64_t> optional_whole() const {
    return is_null() ? std::nullopt : std::optional(whole());
  }
  /// JSON has neither infinity nor NaN: both are null there, and which of them is for who knows the key to say.
  [[nodiscard]] double number_or_infinity() const {
    return is_null() ? std::numeric_limits<double>::infinity() : number();
  }
  [[nodiscard]] double number_or_nan() const {
    return is_null() ? std::numeric_limits<double>::quiet_NaN() : number();
  }

  template <class Read>
  auto list(Read read) const {
    require(json_.is_array(), "a list");
    std::vector<decltype(read(*this))> elements;
    for (size_t i = 0; i < json_.size(); ++i)
      elements.push_back(read(JsonNode(origin_, json_[i], path_ + "[" + std::to_string(i) + "]")));
    return elements;
  }

  /// Keys and values of an object.
  [[nodiscard]] std::vector<std::pair<std::string, JsonNode>> entries() const {
    require(json_.is_object(), "an object");
    std::vector<std::pair<std::string, JsonNode>> pairs;
    for (const auto& [key, value] : json_.items())
      pairs.emplace_back(key, JsonNode(origin_, value, join_path(key)));
    return pairs;
  }

  [[nodiscard]] std::vector<std::pair<std::string, std::string>> texts() const {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const auto& [key, value] : entries()) pairs.emplace_back(key, value.text());
    return pairs;
  }

  /// An enumerator by its name.
  template <class Enum>
  [[nodiscard]] Enum named() const {
    const auto name = text();
    const auto known = names_of<Enum>();
    require(std::find(known.begin(), known.end(), name) != known.end(), "one of " + join(known));
    return parse_name<Enum>(name, path_);
  }

 private:
  [[nodiscard]] std::string join_path(const std::string& key) const {
    return path_.empty() ? key : path_ + "." + key;
  }

  void require(bool holds, const std::string& expected) const {
    if (!holds) refuse(path_.empty() ? "the whole file" : path_, shown(), expected);
  }

  [[nodiscard]] std::string shown() const {
    if (json_.is_structured()) return json_.is_array() ? "a list" : "an object";
    return json_line(json_).substr(0, 60);
  }

  [[noreturn]] void refuse(const std::string& where, const std::string& got,
                           const std::string& expected) const {
    throw Error(ErrorKind::kUsage, {.what = origin_.what,
                                    .where = origin_.file + ": " + where,
                                    .got = got,
                                    .expected = expected,
                                    .fix = origin_.fix});
  }

  const JsonOrigin& origin_;
  const Json& json_;
  std::string path_;
};

[[nodiscard]] inline std::string text_from(const JsonNode& node) { return node.text(); }

/// Throws Error(kUsage) where the text is no JSON.
[[nodiscard]] inline nlohmann::ordered_json read_json(const std::string& text, const JsonOrigin& origin) {
  nlohmann::ordered_json json;
  if (const auto problem = parse_json(text, json); !problem.empty())
    throw Error(
        ErrorKind::kUsage,
        {.what = origin.what, .where = origin.file, .got = problem, .expected = "JSON", .fix = origin.fix});
  return json;
}

/// What metric_json() wrote.
[[nodiscard]] inline MetricInfo metric_from(const JsonNode& node) {
  return {.name = node.at("name").text(),
          .title = node.at("title").text(),
          .unit = node.at("unit").text(),
          .better = node.at("better").named<Better>(),
          .against = node.at("against").named<Against>()};
}

/// What values_json() wrote, without those that have no value.
[[nodiscard]] inline std::map<std::string, double> values_from(const JsonNode& node) {
  std::map<std::string, double> values;
  for (const auto& [name, value] : node.entries())
    if (!value.is_null()) values[name] = value.number();
  return values;
}

/// What gate_json() wrote, without its text.
[[nodiscard]] inline GateResult gate_from(const JsonNode& node) {
  return {.name = node.at("name").text(),
          .limit = node.at("limit").number(),
          .value = node.at("value").optional_number(),
          .passed = node.at("passed").truth()};
}

}  // namespace qtool
