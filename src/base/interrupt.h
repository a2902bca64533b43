#pragma once

namespace qtool {

/// Ctrl-C and SIGTERM set a flag; long loops ask it between two pieces of work (Progress does, on each call).
void request_interrupt() noexcept;  ///< safe in a signal handler
[[nodiscard]] bool interrupt_requested() noexcept;
/// Throws Error(kInterrupted) where an interrupt was requested.
void throw_if_interrupted();
void clear_interrupt() noexcept;

/// Seconds after which a request that nobody has asked for is one that nobody will: a few, and some times the longest
/// time between two questions so far, since a step of training may take long. Safe in a signal handler.
[[nodiscard]] unsigned interrupt_patience() noexcept;

}  // namespace qtool
