#pragma once
#include <string_view>

namespace qtool {

/// Whether a `.debug_pkl` record, which says from which lines of the user's source the code of a model comes, is one
/// that LibTorch can follow: it takes the record's numbers for places in texts without a look.
[[nodiscard]] bool is_sound_debug_record(std::string_view bytes);

}  // namespace qtool
