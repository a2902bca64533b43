#pragma once
#include <string>
#include <string_view>

namespace qtool {

/// Markdown that shows a text as it is, on one line: no markup, HTML or link of its own. Converts from text, so that
/// what takes Markdown cannot be given a name unescaped.
class Markdown {
 public:
  // NOLINTBEGIN(google-explicit-constructor)
  Markdown(std::string_view text);
  Markdown(const std::string& text) : Markdown(std::string_view(text)) {}
  Markdown(const char* text) : Markdown(std::string_view(text)) {}
  // NOLINTEND(google-explicit-constructor)
  [[nodiscard]] const std::string& source() const { return source_; }

  /// As code: `name`.
  [[nodiscard]] static Markdown code(std::string_view text);

 private:
  std::string source_;
};

}  // namespace qtool
