#pragma once
#include "job/options/common_options.h"

namespace qtool {

/// Settings of the whole process, made once at the start: Ctrl-C and SIGTERM ask the
/// job to stop (a second one, or a step that does not end, ends it at once), a limit on file sizes makes write() fail,
/// and what ends the process elsewhere than in main() ends it with one of kExitCodes.
void set_up_process();

/// The allocator keeps large blocks. Not for what is to be timed as other programs see it.
void keep_large_blocks();

/// The logger, to stderr, and LibTorch's warnings into its debug level.
void set_up_logging(const CommonOptions& common);

}  // namespace qtool
