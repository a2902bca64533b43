#pragma once
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/full.h>

#include <string>

#include "qat/fake_quant_ops.h"

namespace qtool {

/// Calls `qtool::NAME`, whose C++ signature is `Signature`.
template <class Signature, class... Arguments>
auto call_operator(const char* name, const Arguments&... arguments) {
  register_fake_quant_operators();
  return c10::Dispatcher::singleton()
      .findSchemaOrThrow((std::string("qtool::") + name).c_str(), "")
      .template typed<Signature>()
      .call(arguments...);
}

/// A switch of fake-quant.
inline at::Tensor flag(bool on) { return at::full({1}, on ? 1 : 0, at::kLong); }

}  // namespace qtool
