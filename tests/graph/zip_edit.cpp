#include "zip_edit.h"

#include <zip.h>

#include <cstring>
#include <stdexcept>

namespace qtool {
namespace {

zip_t* open(const std::string& path, int flags) {
  auto* archive = zip_open(path.c_str(), flags, nullptr);
  if (!archive) throw std::runtime_error("cannot open " + path);
  return archive;
}

std::string read(zip_t* archive, zip_uint64_t index) {
  zip_stat_t status;
  if (zip_stat_index(archive, index, 0, &status) != 0) throw std::runtime_error("no member");
  std::string text(status.size, '\0');
  auto* member = zip_fopen_index(archive, index, 0);
  if (!member || zip_fread(member, text.data(), text.size()) != zip_int64_t(text.size()))
    throw std::runtime_error("cannot read a member");
  zip_fclose(member);
  return text;
}

void add(zip_t* archive, const std::string& name, const std::string& text) {
  auto* copy = std::malloc(text.size());  // libzip frees it
  std::memcpy(copy, text.data(), text.size());
  auto* source = zip_source_buffer(archive, copy, text.size(), /*freep=*/1);
  const auto index = zip_file_add(archive, name.c_str(), source, 0);
  if (index < 0 || zip_set_file_compression(archive, zip_uint64_t(index), ZIP_CM_STORE, 0) != 0)
    throw std::runtime_error("cannot write " + name);
}

}  // namespace

void edit_zip(const std::string& from, const std::string& to,
              const std::function<std::string(const std::string&, const std::string&)>& edit) {
  auto* source = open(from, ZIP_RDONLY);
  auto* target = open(to, ZIP_CREATE | ZIP_TRUNCATE);
  for (zip_int64_t i = 0; i < zip_get_num_entries(source, 0); ++i) {
    const std::string name = zip_get_name(source, zip_uint64_t(i), 0);
    const auto text = edit(name, read(source, zip_uint64_t(i)));
    if (!text.empty()) add(target, name, text);
  }
  zip_discard(source);
  if (zip_close(target) != 0) throw std::runtime_error("cannot write " + to);
}

}  // namespace qtool
