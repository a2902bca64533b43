#include "config/matrix.h"

#include <algorithm>
#include <filesystem>

#include "config/option_reader.h"

namespace qtool {
namespace {

constexpr int kDeepestValue = 4;  // of maps in a value

bool is_word(const std::string& text) {
  return text != "true" && text != "false" && text != "null" &&
         std::any_of(text.begin(), text.end(), [](unsigned char c) { return std::isalpha(c) != 0; }) &&
         std::isdigit(static_cast<unsigned char>(text[0])) == 0;
}

std::string last_of(const std::string& key) {
  std::string last = key.substr(key.rfind('.') + 1);
  std::replace(last.begin(), last.end(), '_', '-');
  return last;
}

std::string scalar_name(const std::string& key, const std::string& text) {
  if (!is_word(text)) return "-" + last_of(key) + "-" + text;
  return "-" + (text.find('/') == std::string::npos && text.find(".pt") == std::string::npos
                    ? text
                    : std::filesystem::path(text).stem().string());
}

std::string value_name(const std::string& key, const YAML::Node& value, int depth) {
  if (value.IsScalar()) return scalar_name(key, value.Scalar());
  std::string name;
  if (depth == kDeepestValue) return name;
  if (value.IsMap())
    for (const auto& entry : value)
      name += value_name(entry.first.IsScalar() ? entry.first.Scalar() : "", entry.second, depth + 1);
  if (value.IsSequence()) {
    name = "-" + last_of(key);
    for (const auto& element : value) name += value_name("", element, depth + 1);
  }
  return name;
}

}  // namespace

std::string as_name(const std::string& text) {
  std::string name;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_';
    if (plain)
      name += c;
    else if (!name.empty() && name.back() != '-')
      name += '-';
  }
  while (name.ends_with('-')) name.pop_back();
  return name;
}

std::vector<MatrixAxis> read_matrix(const YAML::Node& node, const std::string& path, Problems& problems) {
  std::vector<MatrixAxis> axes;
  if (!node.IsMap()) {
    problems.add(place_of(node.Mark()), path,
                 "got " + shape_of(node) + ", expected a map of keys, each with a list of values");
    return axes;
  }
  for (const auto& entry : node) {
    const YAML::Mark mark = entry.first.Mark();
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
    const auto wrong = [&](const std::string& text) { problems.add(place_of(mark), path + "." + key, text); };
    const bool twice =
        std::any_of(axes.begin(), axes.end(), [&](const MatrixAxis& axis) { return axis.key == key; });
    if (twice)
      wrong("this key stands here twice");
    else if (!entry.second.IsSequence() || entry.second.size() == 0)
      wrong("got " + (entry.second.IsSequence() ? "an empty list" : shape_of(entry.second)) +
            ", expected a list of values");
    else
      axes.push_back({key, path + "." + key, mark, entry.second});
  }
  return axes;
}

std::vector<std::vector<MatrixValue>> combinations(const std::vector<MatrixAxis>& axes, Problems& problems) {
  std::vector<std::vector<MatrixValue>> all = {{}};
  for (const MatrixAxis& axis : axes) {
    if (all.size() * axis.values.size() > kMostCombinations) {
      problems.add(place_of(axis.mark), axis.shown,
                   "more than " + std::to_string(kMostCombinations) + " combinations, expected fewer");
      return {};
    }
    std::vector<std::vector<MatrixValue>> longer;
    for (const auto& combination : all) {
      for (size_t i = 0; i < axis.values.size(); ++i) {
        longer.push_back(combination);
        longer.back().push_back({&axis, i});
      }
    }
    all = std::move(longer);
  }
  return all;
}

std::string name_suffix(const std::vector<MatrixValue>& combination) {
  std::string suffix;
  for (const MatrixValue& value : combination) {
    const std::string name = as_name(value_name(value.axis->key, value.node(), 0));
    if (!name.empty()) suffix += "-" + name;
  }
  return suffix;
}

}  // namespace qtool
