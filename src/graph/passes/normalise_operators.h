#pragma once

namespace torch::jit {
struct Module;
}

namespace qtool {

/// Makes the spellings of one operator one (see graph/passes/canonicalise.h). Works on the inlined graph of
/// forward(), in place.
///
///   %y = aten::_convolution(%x, %w, %b, %s, %p, %d, %false, %op, %g, ...)
///                                               ->  %y = aten::conv2d(%x, %w, %b, %s, %p, %d, %g)
///   %y = aten::clamp(%x, %zero, %six)           ->  %y = aten::hardtanh(%x, %zero, %six)
///   %y = aten::dropout(%x, %p, %false)          ->  %x
///   %y = aten::contiguous(%x, %format)
///   %z = aten::view(%y, %size)                  ->  %z = aten::reshape(%x, %size)
void normalise_operators(torch::jit::Module& module);

}  // namespace qtool
