/// fuzz_parsers --target=NAME [libFuzzer's options] CORPUS...: one of our parsers under libFuzzer. Each takes any
/// bytes, and may throw nothing but an Error that tells what to do. One program, because linking LibTorch takes longer
/// than any of them.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "base/error.h"
#include "batch/plan/tasks.h"
#include "batch/state/batch_state.h"
#include "calibrate/statistics_file.h"
#include "config/batch_config.h"
#include "config/config.h"
#include "data/dataset.h"
#include "data/npy_header.h"
#include "data/spec.h"
#include "graph/read/code_nesting.h"
#include "graph/read/debug_record.h"
#include "graph/read/flaw.h"
#include "graph/read/packed_convolution.h"
#include "graph/read/pickle.h"
#include "job/options/ptq_options.h"
#include "plan/match.h"
#include "report/html_page.h"
#include "report/job/read_report.h"

namespace {

using namespace qtool;

void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

/// Bytes in memory.
class Bytes : public ByteSource {
 public:
  explicit Bytes(std::string_view bytes) : ByteSource("bytes"), bytes_(bytes) {}

 private:
  size_t read_some(uint64_t offset, void* to, size_t count) override {
    if (offset >= bytes_.size()) return 0;
    const auto part = bytes_.substr(offset, count);
    std::memcpy(to, part.data(), part.size());
    return part.size();
  }
  uint64_t size() override { return bytes_.size(); }

  std::string_view bytes_;
};

/// A folder of this process, in memory where the system has such a place.
struct Scratch {
  const std::string path = std::string(std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp") +
                           "/qtool_parsers." + std::to_string(getpid());

  Scratch() { std::filesystem::create_directory(path); }
  ~Scratch() { std::filesystem::remove_all(path); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
};
const std::string& scratch() {
  static const Scratch folder;
  return folder.path;
}

std::string as_file(const std::string& name, std::string_view bytes) {
  const std::string path = scratch() + "/" + name;
  std::ofstream(path, std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
  return path;
}

/// Cuts at the first line end.
std::pair<std::string, std::string_view> first_line(std::string_view bytes) {
  const size_t end = std::min(bytes.find('\n'), bytes.size());
  return {std::string(bytes.substr(0, end)), bytes.substr(std::min(end + 1, bytes.size()))};
}

void npy(std::string_view bytes) {
  const auto array = open_npy_array(std::make_shared<Bytes>(bytes));
  const int64_t last = array.size() - 1;
  (void)array.read({{0, last}});
}

/// The first byte says where images end and labels begin, in sixteenths.
void idx(std::string_view bytes) {
  if (bytes.empty()) return;
  const size_t images = (bytes.size() - 1) * (bytes[0] & 15U) / 16;
  as_file("train-images-idx3-ubyte", bytes.substr(1, images));
  as_file("train-labels-idx1-ubyte", bytes.substr(1 + images));
  const auto data = open_dataset({.kind = DataKind::kIdx, .path = scratch(), .split = Split::kTrain});
  const int64_t last = data->size() - 1;
  (void)data->read({{0, last}});
}

void spec(std::string_view bytes) {
  const DataSpec read = parse_data_spec(std::string(bytes));
  must(parse_data_spec(to_string(read)) == read, "a spec is not read back as it was");
}

/// A pattern, a name and a kind, each a line.
void pattern(std::string_view bytes) {
  const auto [text, rest] = first_line(bytes);
  const auto [name, kind] = first_line(rest);
  const Matchable candidate{name, std::string(kind)};
  const bool is_match = matches(text, candidate, "a rule");
  try {
    check_matches_something(text, {candidate}, "a rule");
    must(is_match, "a pattern matches, and does not");
  } catch (const Error&) {
    must(!is_match, "a pattern matches nothing, and does");
  }
}

void statistics(std::string_view bytes) {
  const Statistics read = read_statistics(as_file("a.json", bytes));
  const std::string again = as_file("b.json", "");
  write_statistics(read, again);
  must(read_statistics(again).sites.size() == read.sites.size(), "statistics are not read back as they were");
}

void config(std::string_view bytes) {
  PtqOptions options;
  OptionGroup tree = option_tree(options);
  read_config_text(std::string(bytes), "job.yaml", tree, "ptq");
  const std::string printed = print_config(tree, "ptq");
  PtqOptions same;
  OptionGroup again = option_tree(same);
  read_config_text(printed, "job.yaml", again, "ptq");
  must(print_config(again, "ptq") == printed, "a configuration is not read back as it was printed");
}

void batch(std::string_view bytes) {
  Problems problems("batch.yaml");
  (void)read_batch(std::string(bytes), job_kinds(), {}, problems);
  problems.throw_if_any();
}

void pickle(std::string_view bytes) {
  const Pickle read(bytes);
  for (const Pickle::Storage& storage : read.storages())
    must(storage.bytes >= 0, "a storage has less than no bytes");
  check_packed_convolutions(read, [](const Pickle::Storage& storage) {
    if (storage.bytes > 4096) throw Flaw("a record that is shorter than its storage", "");
    return std::string(size_t(storage.bytes), '\1');
  });
  std::vector<Pickle::Id> open = {read.root()};
  for (size_t seen = 0; !open.empty() && seen < 10'000; ++seen) {
    const Pickle::Id id = open.back();
    open.pop_back();
    const auto kind = read.kind(id);
    if (kind == Pickle::Kind::kText || kind == Pickle::Kind::kGlobal) (void)read.text(id);
    if (kind == Pickle::Kind::kTuple || kind == Pickle::Kind::kList || kind == Pickle::Kind::kDict)
      for (const Pickle::Id item : read.items(id)) open.push_back(item);
  }
}

void debug_record(std::string_view bytes) { (void)is_sound_debug_record(bytes); }

void code(std::string_view bytes) {
  try {
    (void)classes_of_flat_code(std::string(bytes));
  } catch (const Flaw&) {
    throw;
  } catch (const std::exception&) {  // LibTorch's, of what is no code
  }
}

void report(std::string_view bytes) {
  const Report read = read_report_text(std::string(bytes), "report.json");
  (void)to_json(read);
  (void)to_markdown(read);
  (void)to_html(read);
}

void state(std::string_view bytes) { (void)read_batch_state(as_file("state.json", bytes)); }

struct Parser {
  std::string_view name;
  void (*parse)(std::string_view);
};
constexpr Parser kParsers[] = {{"npy", npy},
                               {"idx", idx},
                               {"spec", spec},
                               {"pattern", pattern},
                               {"statistics", statistics},
                               {"config", config},
                               {"batch", batch},
                               {"report", report},
                               {"state", state},
                               {"pickle", pickle},
                               {"debug_record", debug_record},
                               {"code", code}};

const Parser* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  constexpr std::string_view kFlag = "--target=";
  for (int i = 1; i < *argc; ++i)
    for (const Parser& target : kParsers)
      if (std::string_view((*argv)[i]) == std::string(kFlag) + std::string(target.name)) chosen = &target;
  must(chosen != nullptr, "usage: fuzz_parsers --target=NAME [libFuzzer's options] CORPUS...");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    chosen->parse({reinterpret_cast<const char*>(data), size});
  } catch (const Error& error) {
    must(!error.complaint().what.empty() && !error.complaint().fix.empty(),
         "an error does not say what to do");
  } catch (const Flaw& flaw) {
    must(*flaw.what() != 0 && !flaw.expected.empty(), "a flaw does not say what should be there");
  }
  return 0;
}
