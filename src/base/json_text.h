#pragma once
/// JSON in and out, in one place: files of anybody come in, names of anybody go out.
#include <exception>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace qtool {

/// Reads a text into `json`. Returns what is wrong with it, in words for a message's `got`; empty where it is JSON that
/// can be used: numbers that a double holds, and at most 100 lists and objects in each other.
[[nodiscard]] std::string parse_json(const std::string& text, nlohmann::ordered_json& json);

/// What an exception of the JSON library says of a value that is another than expected, without its own number.
[[nodiscard]] std::string json_problem(const std::exception& error);

/// Lines with two spaces for each level, and a line end. Never throws for what a text holds: bytes that are not UTF-8
/// become U+FFFD, what acts on a terminal an escape (base/safe_text.h). NaN and infinity become null.
[[nodiscard]] std::string json_text(const nlohmann::ordered_json& json);
/// The same on one line, without a line end.
[[nodiscard]] std::string json_line(const nlohmann::ordered_json& json);

}  // namespace qtool
