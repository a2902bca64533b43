#include "base/safe_text.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace qtool {
namespace {

struct Range {
  char32_t first, last;
};

/// What has an effect instead of a shape. Tab and line feed are for the caller.
constexpr Range kActing[] = {
    {0x00, 0x1f},      {0x7f, 0x9f},      // C0, DEL, C1
    {0x61c, 0x61c},    {0x200b, 0x200b},  // Arabic letter mark; zero width space
    {0x200e, 0x200f},  {0x2028, 0x202e},  // direction marks; separators of lines, embedding and overrides
    {0x2060, 0x206f},  {0xfeff, 0xfeff},  // word joiner, invisible operators, isolates; byte order mark
    {0xfff9, 0xfffb},                     // interlinear annotation
    {0xe0000, 0xe007f}                    // tags
};
/// White space that a CI service takes away before it looks for a command.
constexpr Range kBlank[] = {{' ', ' '},       {'\t', '\t'},     {0xa0, 0xa0},     {0x1680, 0x1680},
                            {0x2000, 0x200a}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}};

template <size_t N>
bool is_in(const Range (&ranges)[N], char32_t code) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const Range& range) { return range.first <= code && code <= range.last; });
}

bool acts(char32_t code) { return (code < ' ' || code > '~') && is_in(kActing, code); }

struct Character {
  char32_t code = 0;
  size_t bytes = 0;  ///< 0: no UTF-8
};

/// The first character of a text that is not empty (RFC 3629: no surrogates, the shortest form).
Character first_of(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char head = byte(0);
  if (head < 0x80) return {head, 1};
  const size_t bytes = head >= 0xf0 ? 4 : head >= 0xe0 ? 3 : 2;
  if (head < 0xc2 || head > 0xf4 || text.size() < bytes) return {};
  char32_t code = head & (0xffU >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3fU);
  }
  static constexpr char32_t shortest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < shortest[bytes] || code > 0x10ffff || is_surrogate ? Character{} : Character{code, bytes};
}

std::string hex(char32_t number, int digits) {
  std::string text(static_cast<size_t>(digits), '0');
  for (int i = digits; i-- > 0; number >>= 4) text[static_cast<size_t>(i)] = "0123456789abcdef"[number & 15];
  return text;
}

std::string escape_of(char32_t code) {
  if (code == '\n') return "\\n";
  if (code == '\r') return "\\r";
  if (code == '\t') return "\\t";
  if (code < 0x80) return "\\x" + hex(code, 2);
  return code < 0x10000 ? "\\u" + hex(code, 4) : "\\U" + hex(code, 8);
}

/// JSON has UTF-16.
std::string json_escape_of(char32_t code) {
  if (code < 0x10000) return "\\u" + hex(code, 4);
  return "\\u" + hex(0xd7c0 + (code >> 10), 4) + "\\u" + hex(0xdc00 + (code & 0x3ff), 4);
}

/// `##[error]`, `##vso[...]`, `##teamcity[...]`: some services look for them anywhere in a line.
bool begins_command(std::string_view text) {
  if (!text.starts_with("##")) return false;
  const auto end = std::find_if(text.begin() + 2, text.end(), [](char c) { return c < 'a' || c > 'z'; });
  return end != text.end() && *end == '[';
}

std::string safe(std::string_view text, bool has_lines) {
  std::string out;
  out.reserve(text.size());
  bool is_at_start = true;  // of a line: nothing but blanks so far
  while (!text.empty()) {
    const auto [code, bytes] = first_of(text);
    const bool stays = bytes > 0 && (!acts(code) || (has_lines && (code == '\n' || code == '\t')));
    const bool is_command = (is_at_start && text.starts_with("::")) || begins_command(text);
    if (bytes == 0)
      out += "\\x" + hex(static_cast<unsigned char>(text[0]), 2);
    else if (stays && !is_command)
      out += text.substr(0, bytes);
    else
      out += escape_of(code);
    is_at_start = stays && (code == '\n' || (is_at_start && is_in(kBlank, code)));
    text.remove_prefix(std::max<size_t>(bytes, 1));
  }
  return out;
}

}  // namespace

std::string safe_line(std::string_view text) { return safe(text, /*has_lines=*/false); }
std::string safe_lines(std::string_view text) { return safe(text, /*has_lines=*/true); }

std::string safe_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const auto [code, bytes] = first_of(json);
    const bool is_layout = code == '\n' || code == '\t';  // between values
    if ((acts(code) && !is_layout) || begins_command(json))
      out += json_escape_of(code);
    else
      out += json.substr(0, std::max<size_t>(bytes, 1));
    json.remove_prefix(std::max<size_t>(bytes, 1));
  }
  return out;
}

}  // namespace qtool
