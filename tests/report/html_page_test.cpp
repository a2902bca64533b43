#include "report/html_page.h"

#include <nlohmann/json.hpp>
#include <regex>

#include "catch.h"
#include "sample_report.h"

using namespace qtool;
using Json = nlohmann::ordered_json;

namespace {

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// What the page's script finds in the element `data`.
std::string data_of(const std::string& page) {
  const std::string open = R"(<script type="application/json" id="data">)";
  const size_t begin = page.find(open) + open.size();
  return page.substr(begin, page.find("</script>", begin) - begin);
}

}  // namespace

TEST_CASE("report.html holds all it needs: style, scripts, Chart.js and report.json") {
  const std::string page = to_html(sample_report());
  CHECK_THAT(page, contains("<title>net.pt in int8</title>"));
  CHECK_THAT(page, contains("4.0 times smaller, 6.0 times faster"));
  CHECK_THAT(page, contains("Chart.js v"));
  CHECK_THAT(page, contains("href=\"report.md\""));
  CHECK_THAT(page, !contains("sourceMappingURL"));
  CHECK(Json::parse(data_of(page)) == Json::parse(to_json(sample_report())));
}

TEST_CASE("no page asks for anything outside of it") {
  const std::regex reference(R"re((src|href)\s*=\s*"(https?:)?//|@import|url\()re");
  for (const Page page : {Page::kReport, Page::kSummary})
    CHECK_FALSE(std::regex_search(html_page(page, {"t", "h", "{}"}), reference));
}

TEST_CASE("text cannot end its element or become markup, nor data a placeholder") {
  const PageContent content{"<b>&\"", "a < b",
                            R"({"name": "</script><script>alert(1)</script>{{style.css}}"})"};
  const std::string page = html_page(Page::kReport, content);
  CHECK_THAT(page, contains("<title>&lt;b&gt;&amp;&quot;</title>"));
  CHECK_THAT(page, contains("a &lt; b"));
  CHECK_THAT(page, !contains("</script><script>alert"));
  CHECK(count(page, "prefers-color-scheme: dark)") ==
        count(html_page(Page::kReport, {"", "", "{}"}), "prefers-color-scheme: dark)"));
  CHECK(Json::parse(data_of(page))["name"] == "</script><script>alert(1)</script>{{style.css}}");
}
