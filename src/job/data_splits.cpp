#include "job/data_splits.h"

namespace qtool {

DataSpec spec_of_split(const std::string& text, Split split) {
  DataSpec spec = parse_data_spec(text);
  if (!spec.split) spec.split = split;
  return spec;
}

}  // namespace qtool
