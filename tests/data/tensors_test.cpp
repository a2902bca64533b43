#include "data/tensors.h"

#include "catch.h"
#include "data/files.h"

namespace qtool {
namespace {

/// Pickle opcodes, protocol 2, as torch.save writes them (pickletools in Python lists them).
std::string text(const std::string& value) {
  return std::string("X") + char(value.size()) + std::string(3, '\0') + value;
}
std::string small_int(int value) { return std::string("K") + char(value); }
std::string tuple(const std::vector<int>& values) {
  std::string bytes = "(";
  for (const int value : values) bytes += small_int(value);
  return bytes + "t";
}
/// A contiguous tensor in storage `key` of the archive.
std::string tensor(const std::string& storage_type, const std::string& key, const std::vector<int>& shape) {
  std::vector<int> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  const int numel = shape.empty() ? 1 : shape[0] * strides[0];
  return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\n" + storage_type + "\n" +
         text(key) + text("cpu") + small_int(numel) + "tQ" + small_int(0) + tuple(shape) + tuple(strides) +
         "\x89"
         "ccollections\nOrderedDict\n)RtR";
}

std::string saved(const TemporaryFolder& folder, const std::string& value,
                  const std::vector<std::string>& storages) {
  std::vector<std::pair<std::string, std::string>> members = {{"archive/data.pkl", "\x80\x02" + value + "."}};
  for (size_t i = 0; i < storages.size(); ++i)
    members.emplace_back("archive/data/" + std::to_string(i), storages[i]);
  members.emplace_back("archive/version", "3\n");
  put_zip(folder / "x.pt", members, Packing::kStored);
  return folder / "x.pt";
}

std::unique_ptr<Dataset> open_tensors_at(const std::string& path) {
  return open_dataset({.kind = DataKind::kTensors, .path = path});
}

const std::string kFloats = raw<float>({1, 2, 3, 4, 5, 6});
const std::string kLongs = raw<int64_t>({7, 8, 9});

TEST_CASE("a saved tensor is the input") {
  const TemporaryFolder folder;
  const auto dataset = open_tensors_at(saved(folder, tensor("FloatStorage", "0", {3, 2}), {kFloats}));
  CHECK(dataset->size() == 3);
  CHECK_FALSE(dataset->has_targets());
  CHECK(dataset->input_names().empty());
  CHECK(values_of<float>(read_samples(*dataset, {2, 0}).inputs[0]) == std::vector<float>{5, 6, 1, 2});
}

TEST_CASE("a saved list or tuple has an input for each tensor") {
  const TemporaryFolder folder;
  const std::string both = tensor("FloatStorage", "0", {3, 2}) + tensor("LongStorage", "1", {3});
  for (const std::string& value : {"](" + both + "e", "(" + both + "t"}) {
    const auto dataset = open_tensors_at(saved(folder, value, {kFloats, kLongs}));
    const Batch batch = read_samples(*dataset, {1});
    REQUIRE(batch.inputs.size() == 2);
    CHECK(values_of<float>(batch.inputs[0]) == std::vector<float>{3, 4});
    CHECK(values_of<int64_t>(batch.inputs[1]) == std::vector<int64_t>{8});
  }
}

TEST_CASE("a saved dict has inputs by name, and labels") {
  const TemporaryFolder folder;
  const std::string value = "}(" + text("labels") + tensor("LongStorage", "1", {3}) + text("x") +
                            tensor("FloatStorage", "0", {3, 2}) + "u";
  const auto dataset = open_tensors_at(saved(folder, value, {kFloats, kLongs}));
  CHECK(dataset->has_targets());
  CHECK(dataset->input_names() == std::vector<std::string>{"x"});
  const Batch batch = read_samples(*dataset, {2, 1});
  CHECK(values_of<int64_t>(batch.targets.at(0)) == std::vector<int64_t>{9, 8});
  CHECK(values_of<float>(batch.inputs[0]) == std::vector<float>{5, 6, 3, 4});
}

TEST_CASE("bad tensor files are refused") {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::string& value) {
    return message_of([&] { (void)open_tensors_at(saved(folder, value, {kFloats, kLongs})); });
  };
  const std::string x = tensor("FloatStorage", "0", {3, 2}), two = tensor("LongStorage", "1", {2});
  CHECK_THAT(refusal("](" + x + two + "e"), contains("tensors differ in their number of samples") &&
                                                contains("got:      2 samples") &&
                                                contains("expected: 3 samples"));
  CHECK_THAT(refusal("}(" + text("labels") + two + text("x") + x + "u"),
             contains("tensors differ in their number of samples") && contains("x.pt:"));
  CHECK_THAT(refusal("}(" + text("labels") + x + text("x") + x + "u"),
             contains("labels must be one whole number for each sample"));
  CHECK_THAT(refusal("}(" + text("labels") + two + "u"), contains("no input tensors"));
  CHECK_THAT(refusal("}(" + text("x") + text("hello") + "u"), contains("not a tensor") && contains("'x'"));
  CHECK_THAT(refusal(text("hello")), contains("not a tensor"));
  CHECK_THAT(refusal(tensor("FloatStorage", "0", {})), contains("tensor without samples"));
  CHECK_THAT(refusal(tensor("FloatStorage", "0", {0, 2})), contains("zero samples"));

  CHECK_THAT(message_of([&] { (void)open_tensors_at(folder / "none.pt"); }),
             contains("cannot read the tensor file"));
  put(folder / "y.pt", "hello");
  CHECK_THAT(message_of([&] { (void)open_tensors_at(folder / "y.pt"); }),
             contains("not tensors saved by PyTorch, or damaged") && contains(folder / "y.pt"));
  const std::string whole = get(saved(folder, x, {kFloats}));
  put(folder / "y.pt", whole.substr(0, whole.size() / 2));
  CHECK_THAT(message_of([&] { (void)open_tensors_at(folder / "y.pt"); }),
             contains("not tensors saved by PyTorch, or damaged"));
}

TEST_CASE("a flipped bit in saved tensors is found by its checksum") {
  const TemporaryFolder folder;
  const auto path = saved(folder, tensor("FloatStorage", "0", {3, 2}), {kFloats});
  std::string bytes = get(path);
  bytes[bytes.find(kFloats) + 3] ^= 1;
  put(path, bytes);
  CHECK_THAT(message_of([&] { (void)open_tensors_at(path); }),
             contains("archive/data/0 is cut off or does not have its checksum") && contains(path));
}

TEST_CASE("tensors that are packed, and unpack to more than the limit, are refused before they are read") {
  const TemporaryFolder folder;
  const std::string zeros(3'000'000, '\0');
  put_zip(folder / "x.pt", {{"archive/data.pkl", "\x80\x02."}, {"archive/data/0", zeros}},
          Packing::kDeflated);
  const DataSpec spec{.kind = DataKind::kTensors, .path = folder / "x.pt", .max_mb = 2};
  CHECK_THAT(message_of([&] { (void)open_dataset(spec); }), contains("too large when it is unpacked") &&
                                                                contains("x.pt:archive/data/0") &&
                                                                contains("max-mb=3"));
}

}  // namespace
}  // namespace qtool
