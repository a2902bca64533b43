#include "report/html_page.h"

#include <string_view>

#include "base/error.h"
#include "report/html_parts.h"

namespace qtool {
namespace {

/// What a page has of its own.
struct PageParts {
  const char* kind;
  const char* text;  ///< file in the same folder that tells the same without a browser
  const char* script;
};

PageParts parts_of(Page page) {
  switch (page) {
    case Page::kReport:
      return {"report", "report.md", "report.js"};
    case Page::kSummary:
      return {"batch", "summary.md", "summary.js"};
    case Page::kTune:
      return {"tune", "tune.md", "tune.js"};
  }
  QTOOL_ASSERT(!"every page has its parts");
  return {};
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// In a script element only `<` can end the data early; JSON has it in strings alone.
std::string script_safe(const std::string& json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) c == '<' ? out += "\\u003c" : out += c;
  return out;
}

std::string value_of(std::string_view name, const PageParts& parts, const PageContent& content) {
  if (name == "kind") return parts.kind;
  if (name == "text") return parts.text;
  if (name == "script") return std::string(kHtmlParts.at(parts.script));
  if (name == "title") return escaped(content.title);
  if (name == "headline") return escaped(content.headline);
  if (name == "data") return script_safe(content.json);
  return std::string(kHtmlParts.at(name));
}

}  // namespace

std::string html_page(Page page, const PageContent& content) {
  std::string out;
  std::string_view rest = kHtmlParts.at("page.html");
  const PageParts parts = parts_of(page);
  for (size_t open; (open = rest.find("{{")) != std::string_view::npos;) {
    const size_t close = rest.find("}}", open);
    QTOOL_ASSERT(close != std::string_view::npos);
    out += rest.substr(0, open);
    out += value_of(rest.substr(open + 2, close - open - 2), parts, content);
    rest.remove_prefix(close + 2);
  }
  return out.append(rest);
}

}  // namespace qtool
