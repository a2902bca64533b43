#include "report/html_page.h"
#include "report/job/headline.h"
#include "report/job/report.h"

namespace qtool {

std::string to_html(const Report& report) {
  return html_page(Page::kReport, {report_title(report), headline(report), to_json(report)});
}

}  // namespace qtool
