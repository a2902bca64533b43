#include "data/spec.h"

#include <charconv>
#include <cmath>
#include <functional>
#include <set>

#include "base/spec_path.h"
#include "options/option_value.h"

namespace qtool {
namespace {

constexpr const char* kForm =
    "kind:path[,key=value...], e.g. idx:/usr/share/datasets/fashion-mnist,mean=0.286,std=0.353";

std::vector<std::string> split_at(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

/// One `key=value` and the text that it stands in, for messages.
struct Entry {
  std::string key, value, spec;

  [[noreturn]] void refuse(const std::string& what, const std::string& expected,
                           const std::string& fix) const {
    throw Error(ErrorKind::kUsage, {.what = what,
                                    .where = "data '" + spec + "'",
                                    .got = key + "=" + value,
                                    .expected = expected,
                                    .fix = fix});
  }
};

template <class Number>
Number parse_number(const Entry& entry, const std::string& text, const char* expected) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, number);
  if (code != std::errc() || stop != end || !std::isfinite(double(number)))
    entry.refuse("bad number '" + text + "' for '" + entry.key + "'", expected, "write a plain number");
  return number;
}

int64_t parse_pixels(const Entry& entry) {
  constexpr const char* kExpected = "pixels, 1 to 16384";
  const auto number = parse_number<int64_t>(entry, entry.value, kExpected);
  if (number < 1 || number > 16384)
    entry.refuse("'" + entry.key + "' is out of range", kExpected,
                 "leave '" + entry.key + "' out, or write such a number");
  return number;
}

int64_t parse_megabytes(const Entry& entry) {
  constexpr const char* kExpected = "megabytes, 1 to 1048576";
  const auto number = parse_number<int64_t>(entry, entry.value, kExpected);
  if (number < 1 || number > 1048576)
    entry.refuse("'max-mb' is out of range", kExpected, "leave 'max-mb' out, or write such a number");
  return number;
}

int64_t parse_sample_count(const Entry& entry) {
  const auto number = parse_number<int64_t>(entry, entry.value, "a whole number of at least 1");
  if (number < 1)
    entry.refuse("zero samples: '" + entry.key + "' leaves nothing to read", "a whole number of at least 1",
                 "leave '" + entry.key + "' out, or write 1 or more");
  return number;
}

int64_t parse_seed(const Entry& entry) {
  const auto number = parse_number<int64_t>(entry, entry.value, "a whole number of at least 0");
  if (number < 0)
    entry.refuse("'seed' must not be negative", "a whole number of at least 0", "write 0 or more");
  return number;
}

std::vector<double> parse_channels(const Entry& entry) {
  std::vector<double> values;
  for (const auto& part : split_at(entry.value, '/'))
    values.push_back(parse_number<double>(entry, part, "one number, or one for each channel: 0.4/0.5/0.6"));
  return values;
}

std::vector<double> parse_std(const Entry& entry) {
  auto values = parse_channels(entry);
  for (const double value : values)
    if (!(value > 0))
      entry.refuse("'std' must be positive", "standard deviations above 0, in units of value / scale",
                   "write the standard deviation of the training images");
  return values;
}

std::vector<std::pair<std::string, double>> parse_numbers(const Entry& entry) {
  constexpr const char* kExpected = "an input and its number, or several: sr:16000/gain:0.5";
  std::vector<std::pair<std::string, double>> numbers;
  for (const auto& part : split_at(entry.value, '/')) {
    const auto colon = part.find(':');
    if (colon == 0 || colon == std::string::npos)
      entry.refuse("no input's name in '" + part + "'", kExpected, "write the input, a colon and its number");
    numbers.emplace_back(part.substr(0, colon),
                         parse_number<double>(entry, part.substr(colon + 1), kExpected));
    for (size_t i = 0; i + 1 < numbers.size(); ++i)
      if (numbers[i].first == numbers.back().first)
        entry.refuse("the input '" + numbers[i].first + "' is set twice", kExpected,
                     "leave one of the two out");
  }
  return numbers;
}

double parse_scale(const Entry& entry) {
  constexpr const char* kExpected = "the number that values are divided by, at least 1, e.g. 255";
  const auto number = parse_number<double>(entry, entry.value, kExpected);
  if (number < 1)
    entry.refuse("'scale' divides: below 1 it would make values larger", kExpected,
                 "write scale=255 for value / 255");
  return number;
}

/// A key, the kinds of data that it means something for, and how it is read.
struct Key {
  const char* name;
  std::function<bool(DataKind)> applies;
  std::function<void(DataSpec&, const Entry&)> read;
};

const std::vector<Key>& keys() {
  const auto all = [](DataKind) { return true; };
  const auto images = [](DataKind kind) { return kind == DataKind::kImages; };
  const auto random = [](DataKind kind) { return kind == DataKind::kRandom; };
  const auto packed = [](DataKind kind) {
    return kind != DataKind::kCifar && kind != DataKind::kNpy && kind != DataKind::kRandom;
  };
  static const std::vector<Key> table = {
      {"split", holds_pictures,
       [](DataSpec& spec, const Entry& e) {
         spec.split = parse_name<Split>(e.value, "data '" + e.spec + "'");
       }},
      {"limit", all, [](DataSpec& spec, const Entry& e) { spec.limit = parse_sample_count(e); }},
      {"scale", all, [](DataSpec& spec, const Entry& e) { spec.scale = parse_scale(e); }},
      {"mean", all, [](DataSpec& spec, const Entry& e) { spec.mean = parse_channels(e); }},
      {"std", all, [](DataSpec& spec, const Entry& e) { spec.std = parse_std(e); }},
      {"resize", all, [](DataSpec& spec, const Entry& e) { spec.resize = parse_pixels(e); }},
      {"crop", all, [](DataSpec& spec, const Entry& e) { spec.crop = parse_pixels(e); }},
      {"labels", images, [](DataSpec& spec, const Entry& e) { spec.labels = e.value; }},
      {"masks", images, [](DataSpec& spec, const Entry& e) { spec.masks = e.value; }},
      {"batch", all, [](DataSpec& spec, const Entry& e) { spec.batch = parse_sample_count(e); }},
      {"set", all, [](DataSpec& spec, const Entry& e) { spec.set = parse_numbers(e); }},
      {"max-mb", packed, [](DataSpec& spec, const Entry& e) { spec.max_mb = parse_megabytes(e); }},
      {"seed", random, [](DataSpec& spec, const Entry& e) { spec.seed = parse_seed(e); }},
      {"samples", random, [](DataSpec& spec, const Entry& e) { spec.samples = parse_sample_count(e); }}};
  return table;
}

std::vector<std::string> keys_of(DataKind kind) {
  std::vector<std::string> names;
  for (const auto& key : keys())
    if (key.applies(kind)) names.emplace_back(key.name);
  return names;
}

void read_entry(DataSpec& spec, const Entry& entry) {
  const auto known = keys_of(spec.kind);
  const std::string kind = to_string(spec.kind);
  for (const auto& key : keys()) {
    if (entry.key != key.name) continue;
    if (!key.applies(spec.kind))
      entry.refuse("'" + entry.key + "' means nothing for data of kind '" + kind + "'",
                   "one of " + join(known), "leave '" + entry.key + "' out");
    if (entry.value.empty())
      entry.refuse("'" + entry.key + "' has no value", entry.key + "=value", "write a value after '='");
    key.read(spec, entry);
    return;
  }
  entry.refuse("unknown key '" + entry.key + "'" + did_you_mean(entry.key, known), "one of " + join(known),
               "write one of these keys");
}

[[noreturn]] void refuse_spec(const std::string& what, const std::string& text, const std::string& fix) {
  throw Error(ErrorKind::kUsage, {.what = what, .got = "data '" + text + "'", .expected = kForm, .fix = fix});
}

/// A folder of images is listed in one way.
void check_one_list(const DataSpec& spec, const std::string& text) {
  if (int(!spec.labels.empty()) + int(!spec.masks.empty()) + int(spec.split.has_value()) < 2) return;
  if (spec.labels.empty() && spec.masks.empty()) return;
  throw Error(ErrorKind::kUsage,
              {.what = "'labels', 'masks' and 'split' do not go together",
               .where = "data '" + text + "'",
               .got = "more than one of them",
               .expected = "one of labels=FILE, masks=FOLDER, or folders of classes with a split",
               .fix = "give each split as data of its own"});
}

std::string numbers_text(const std::vector<std::pair<std::string, double>>& numbers) {
  std::vector<std::string> words;
  for (const auto& [input, number] : numbers) words.push_back(input + ":" + print_value(number));
  return join(words, "/");
}

std::string channels(const std::vector<double>& values) {
  std::vector<std::string> words;
  for (const double value : values) words.push_back(print_value(value));
  return join(words, "/");
}

}  // namespace

DataSpec parse_data_spec(const std::string& text) {
  const size_t colon = text.find(':');
  if (colon >= text.find(','))  // or there is none
    refuse_spec("no kind of data before the path", text,
                "put one of " + join(names_of<DataKind>()) + " and a colon before the path");
  DataSpec spec;
  const size_t end = end_of_spec_path(text, colon + 1);
  spec.kind = parse_name<DataKind>(text.substr(0, colon), "data '" + text + "'");
  spec.path = plain_spec_path(text.substr(colon + 1, end - colon - 1));
  if (spec.path.empty())
    refuse_spec("no path after '" + text.substr(0, end) + "'", text, "write the path after the colon");
  if (end == text.size()) return spec;
  std::set<std::string> seen;
  for (const auto& part : split_at(text.substr(end + 1), ',')) {
    const auto equals = part.find('=');
    if (equals == std::string::npos)
      refuse_spec("no '=' in '" + part + "'", text,
                  "write key=value; a comma in the path has a backslash before it: \\,");
    const Entry entry{part.substr(0, equals), part.substr(equals + 1), text};
    if (!seen.insert(entry.key).second)
      entry.refuse("'" + entry.key + "' is given twice", "each key once", "leave one of the two out");
    read_entry(spec, entry);
  }
  check_one_list(spec, text);
  return spec;
}

std::string to_string(const DataSpec& spec) {
  const DataSpec defaults;
  std::string text = to_string(spec.kind) + ":" + written_spec_path(spec.path);
  const auto add = [&text](const char* key, const std::string& value) {
    text += std::string(",") + key + "=" + value;
  };
  const bool has_splits = holds_pictures(spec.kind) && spec.labels.empty() && spec.masks.empty();
  if (spec.split && has_splits) add("split", to_string(*spec.split));
  if (spec.limit != defaults.limit) add("limit", std::to_string(spec.limit));
  if (spec.scale) add("scale", channels({*spec.scale}));
  if (!spec.mean.empty()) add("mean", channels(spec.mean));
  if (!spec.std.empty()) add("std", channels(spec.std));
  if (spec.resize != defaults.resize) add("resize", std::to_string(spec.resize));
  if (spec.crop != defaults.crop) add("crop", std::to_string(spec.crop));
  if (!spec.labels.empty()) add("labels", spec.labels);
  if (!spec.masks.empty()) add("masks", spec.masks);
  if (spec.batch != defaults.batch) add("batch", std::to_string(spec.batch));
  if (!spec.set.empty()) add("set", numbers_text(spec.set));
  if (spec.max_mb != defaults.max_mb) add("max-mb", std::to_string(spec.max_mb));
  if (spec.seed != defaults.seed) add("seed", std::to_string(spec.seed));
  if (spec.samples != defaults.samples) add("samples", std::to_string(spec.samples));
  return text;
}

}  // namespace qtool
