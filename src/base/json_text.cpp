#include "base/json_text.h"

#include <nlohmann/json.hpp>

#include "base/safe_text.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDeepest = 100;  // many functions of the library call themselves for each level
constexpr int kIndent = 2, kOneLine = -1;

std::string dumped(const Json& json, int indent) {
  return safe_json(json.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace));
}

/// Levels of the text, before any of them takes memory.
bool is_too_deep(const std::string& text) {
  int depth = 0;
  bool in_text = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text && c == '\\') ++i;
    if (c == '"') in_text = !in_text;
    if (in_text) continue;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth > kDeepest) return true;
  }
  return false;
}

}  // namespace

std::string parse_json(const std::string& text, Json& json) {
  if (is_too_deep(text))
    return "JSON with more than " + std::to_string(kDeepest) + " lists and objects in each other";
  try {
    json = Json::parse(text);
  } catch (const Json::parse_error& error) {
    return "no JSON at byte " + std::to_string(error.byte);
  } catch (const Json::out_of_range&) {
    return "JSON with a number that is too large for a double";
  }
  return "";
}

std::string json_problem(const std::exception& error) {
  const std::string message = error.what();  // "[json.exception.type_error.302] type must be..."
  const auto end = message.find("] ");
  return message.starts_with("[json.") && end != std::string::npos ? message.substr(end + 2) : message;
}

std::string json_text(const Json& json) { return dumped(json, kIndent) + "\n"; }
std::string json_line(const Json& json) { return dumped(json, kOneLine); }

}  // namespace qtool
