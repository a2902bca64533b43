#include "base/spec_path.h"

namespace qtool {
namespace {

bool is_special(char c) { return c == ',' || c == '\\'; }

bool is_escape(std::string_view text, size_t at) {
  return text[at] == '\\' && at + 1 < text.size() && is_special(text[at + 1]);
}

}  // namespace

size_t end_of_spec_path(std::string_view text, size_t begin) {
  size_t at = begin;
  while (at < text.size() && text[at] != ',') at += is_escape(text, at) ? 2 : 1;
  return at;
}

std::string plain_spec_path(std::string_view written) {
  std::string plain;
  for (size_t at = 0; at < written.size(); ++at) plain += written[is_escape(written, at) ? ++at : at];
  return plain;
}

std::string written_spec_path(std::string_view plain) {
  std::string written;
  for (size_t at = 0; at < plain.size(); ++at) {
    const bool would_be_read = plain[at] == '\\' && (at + 1 == plain.size() || is_special(plain[at + 1]));
    if (plain[at] == ',' || would_be_read) written += '\\';
    written += plain[at];
  }
  return written;
}

}  // namespace qtool
