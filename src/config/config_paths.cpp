#include "config/config_paths.h"

#include "base/spec_path.h"

namespace qtool {
namespace {

std::string behind(const std::filesystem::path& folder, const std::string& path) {
  return path.empty() ? path : (folder / path).lexically_normal().string();
}

/// `kind:path,key=value` -> `kind:folder/path,key=value`
std::string resolve_spec(const std::string& spec, const std::filesystem::path& folder) {
  const size_t colon = spec.find(':');
  if (colon == std::string::npos || spec.substr(0, colon) == "random") return spec;
  const size_t end = end_of_spec_path(spec, colon + 1);
  const std::string path = plain_spec_path(spec.substr(colon + 1, end - colon - 1));
  return spec.substr(0, colon + 1) + written_spec_path(behind(folder, path)) + spec.substr(end);
}

}  // namespace

std::string resolve_path(const OptionField& field, const std::string& text,
                         const std::filesystem::path& folder) {
  if (field.has(FieldTrait::kSpec)) return resolve_spec(text, folder);
  if (!field.is_path(text) || text.starts_with("zoo:")) return text;
  return behind(folder, text);
}

}  // namespace qtool
