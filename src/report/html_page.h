#pragma once
#include <string>

namespace qtool {

/// Pages of one template, report/html/page.html, each with a script of its own beside it.
enum class Page { kReport, kSummary, kTune };

/// What a page gets. It draws itself from `json` in JavaScript; title and headline are there without it, too.
struct PageContent {
  std::string title = {};     ///< plain text
  std::string headline = {};  ///< plain text, one sentence
  std::string json = {};      ///< what the page's script finds in the element `data`
};

/// One HTML file that needs no other and no network: style, scripts and Chart.js are in it.
[[nodiscard]] std::string html_page(Page page, const PageContent& content);

}  // namespace qtool
