#pragma once
#include <map>
#include <string_view>

namespace qtool {

/// The files of report/html and Chart.js by their names. The build makes the source (html/embed.cmake).
extern const std::map<std::string_view, std::string_view> kHtmlParts;

}  // namespace qtool
