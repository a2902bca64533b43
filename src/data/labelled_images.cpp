#include "data/labelled_images.h"

#include <charconv>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_text.h"
#include "data/folder.h"

namespace qtool {
namespace {

namespace fs = std::filesystem;

/// One line of the text.
struct LabelRow {
  std::string file, name;  ///< of the class
  int64_t number = 0;      ///< of the line, from 1
};

[[noreturn]] void refuse_line(const std::string& text, int64_t number, const std::string& what,
                              const std::string& got, const std::string& expected) {
  throw Error(ErrorKind::kUsage, {.what = what,
                                  .where = text + ":" + std::to_string(number),
                                  .got = got,
                                  .expected = expected,
                                  .fix = "mend or remove the line"});
}

std::string trimmed(std::string text) {
  constexpr const char* kBlank = " \t\r\"";
  text.erase(0, std::min(text.find_first_not_of(kBlank), text.size()));
  text.erase(text.find_last_not_of(kBlank) + 1);
  return text;
}

LabelRow row_of_csv(const std::string& text, const std::string& line, int64_t number) {
  const size_t comma = line.rfind(',');
  if (comma == std::string::npos) refuse_line(text, number, "a line names no class", line, "FILE,CLASS");
  return {trimmed(line.substr(0, comma)), trimmed(line.substr(comma + 1)), number};
}

LabelRow row_of_json(const std::string& text, const std::string& line, int64_t number) {
  constexpr const char* kExpected = R"({"path": "FILE", "label": CLASS}, a number or a text)";
  nlohmann::ordered_json json;
  if (const auto problem = parse_json(line, json); !problem.empty())
    refuse_line(text, number, "a line is no JSON", problem, kExpected);
  const auto has = [&](const char* key) { return json.is_object() && json.contains(key); };
  const bool named = has("path") && json["path"].is_string() && has("label") &&
                     (json["label"].is_string() || json["label"].is_number_integer());
  if (!named) refuse_line(text, number, "a line names no file or no class", line, kExpected);
  const auto& label = json["label"];
  return {json["path"].get<std::string>(),
          label.is_string() ? label.get<std::string>() : std::to_string(label.get<int64_t>()), number};
}

bool is_number(const std::string& name) {
  int64_t number = 0;
  const auto [stop, code] = std::from_chars(name.data(), name.data() + name.size(), number);
  return code == std::errc() && stop == name.data() + name.size() && number >= 0 &&
         number < (int64_t{1} << 24);
}

std::vector<LabelRow> rows_of(const fs::path& path, const fs::path& folder) {
  const bool is_json = path.extension() == ".jsonl";
  std::istringstream lines(read_file(path.string()));
  std::vector<LabelRow> rows;
  std::string line;
  for (int64_t number = 1; std::getline(lines, line); ++number) {
    if (trimmed(line).empty()) continue;
    LabelRow row =
        is_json ? row_of_json(path.string(), line, number) : row_of_csv(path.string(), line, number);
    const bool is_there = fs::is_regular_file(folder / row.file);
    if (!is_there && number == 1 && !is_json && !is_number(row.name)) continue;  // a heading
    if (!is_there)
      refuse_line(path.string(), number, "a line names an image that is not there",
                  (folder / row.file).string(), "a JPEG or PNG file of " + folder.string());
    rows.push_back(std::move(row));
  }
  if (rows.empty())
    throw Error(ErrorKind::kUsage,
                {.what = "zero samples: no image has a label",
                 .where = path.string(),
                 .got = "no line with a file and a class",
                 .expected = is_json ? R"({"path": "FILE", "label": CLASS})" : "FILE,CLASS",
                 .fix = "name the images, one in each line"});
  return rows;
}

/// Numbers that stand for the names; they themselves where each is a number.
std::map<std::string, int64_t> classes_of(const std::vector<LabelRow>& rows) {
  std::map<std::string, int64_t> classes;
  bool numbers = true;
  for (const auto& row : rows) {
    classes[row.name] = 0;
    numbers = numbers && is_number(row.name);
  }
  int64_t next = 0;
  for (auto& [name, number] : classes) number = numbers ? std::stoll(name) : next++;
  return classes;
}

}  // namespace

ImageList list_labelled_images(const std::string& folder, const std::string& text) {
  require_folder(folder, "a folder of JPEG or PNG files");
  const auto rows = rows_of(fs::path(folder) / text, folder);
  const auto classes = classes_of(rows);
  std::map<int64_t, std::vector<ImageFile>> by_class;
  for (const auto& row : rows) {
    const int64_t label = classes.at(row.name);
    by_class[label].push_back({(fs::path(folder) / row.file).string(), label});
  }
  std::vector<std::vector<ImageFile>> files;
  for (auto& [label, images] : by_class) files.push_back(std::move(images));
  return {round_the_classes(files), ""};
}

}  // namespace qtool
