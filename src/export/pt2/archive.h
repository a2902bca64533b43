#pragma once
#include <string>
#include <vector>

#include "export/pt2/program.h"

namespace qtool {

/// What is in a .pt2 file.
struct Pt2Contents {
  std::string program;  ///< models/model.json
  std::vector<ProgramTensor> tensors;
  std::string sample_inputs = {};  ///< a record of another file; empty: there are none
  std::string manifest = {};       ///< empty: there is none
};

/// The bytes of a .pt2 file. The same contents give the same bytes, whatever the file is called.
[[nodiscard]] std::string pt2_archive(const Pt2Contents& contents);

}  // namespace qtool
