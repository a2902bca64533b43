#include "export/torchscript/engine.h"

#include <ATen/Context.h>

#include <algorithm>

#include "base/cpu.h"
#include "export/torchscript/engine_limits.h"

namespace qtool {
namespace {

at::QEngine libtorch_engine(Engine engine) {
  switch (engine) {
    case Engine::kX86:
      // Named by number: LibTorch 1.13 has no X86.
      return static_cast<at::QEngine>(4);
    case Engine::kOnednn:
      return at::QEngine::ONEDNN;
    case Engine::kFbgemm:
      return at::QEngine::FBGEMM;
    case Engine::kQnnpack:
      return at::QEngine::QNNPACK;
    case Engine::kAuto:
      break;
  }
  QTOOL_ASSERT(!"kAuto is resolved by choose_engine()");
  return at::QEngine::NoQEngine;
}

bool has_any(const std::vector<std::string>& features, std::initializer_list<const char*> wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const char* name) {
    return std::find(features.begin(), features.end(), name) != features.end();
  });
}

/// Adds four products of bytes into 32 bits at once, without an intermediate 16-bit sum that can overflow.
bool has_vnni() { return has_any(cpu_features(), {"avx512_vnni", "avx_vnni", "amx_int8"}); }

bool is_onednn_with_amx(Engine engine) {
  return (engine == Engine::kX86 || engine == Engine::kOnednn) && has_any(cpu_features(), {"amx_int8"});
}

}  // namespace

std::vector<Engine> available_engines() {
  const auto& supported = at::globalContext().supportedQEngines();
  std::vector<Engine> engines;
  for (const auto engine : {Engine::kX86, Engine::kOnednn, Engine::kFbgemm, Engine::kQnnpack})
    if (std::find(supported.begin(), supported.end(), libtorch_engine(engine)) != supported.end())
      engines.push_back(engine);
  return engines;
}

Engine choose_engine(Engine asked) {
  const auto available = available_engines();
  const auto has = [&](Engine engine) {
    return std::find(available.begin(), available.end(), engine) != available.end();
  };
  if (asked != Engine::kAuto && has(asked)) return asked;
  std::vector<std::string> names;
  for (const auto engine : available) names.push_back(to_string(engine));
  if (asked != Engine::kAuto || available.empty())
    throw Error(ErrorKind::kUsage,
                {.what = "this LibTorch does not have the engine asked for",
                 .where = "--engine",
                 .got = to_string(asked),
                 .expected = names.empty() ? "a LibTorch with int8 kernels" : "one of " + join(names),
                 .fix = names.empty() ? "build qtool with another LibTorch" : "leave --engine out"});
  // By measurement; on x86 QNNPACK is slower than float (ResNet-8, AVX2: oneDNN 13 ms, FBGEMM 24, float 35, QNNPACK
  // 56).
  const auto order = std::vector{Engine::kX86, Engine::kOnednn, Engine::kFbgemm, Engine::kQnnpack};
  return *std::find_if(order.begin(), order.end(), has);
}

EngineScope::EngineScope(Engine engine) : before_(static_cast<int>(at::globalContext().qEngine())) {
  at::globalContext().setQEngine(libtorch_engine(engine));
}

EngineScope::~EngineScope() { at::globalContext().setQEngine(static_cast<at::QEngine>(before_)); }

Backend backend_of(Engine engine) {
  // FBGEMM's and oneDNN's kernels for older processors add two products in 16 bits (vpmaddubsw), which
  // saturates.
  const bool saturates = engine != Engine::kQnnpack && !has_vnni();
  Backend backend{
      .name = to_string(engine),
      .activation_bits = saturates ? 7 : 8,
      .int8_tables = true,
      .weight_groups = true,
      .dynamic_recurrence = true,
      .objection = [engine](const OperatorView& op) { return objection_of(engine, op); },
      .needs_7_bit_weight = [engine](const OperatorView& op) { return weight_limit_of(engine, op); }};
  if (is_onednn_with_amx(engine)) backend.is_doubtful = is_doubtful_with_amx;
  return backend;
}

}  // namespace qtool
