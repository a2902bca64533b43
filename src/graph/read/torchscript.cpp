#include "graph/read/torchscript.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/frontend/error_report.h>
#include <torch/csrc/jit/runtime/print_handler.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/version.h>

#include <algorithm>
#include <filesystem>
#include <regex>

#include "base/error.h"
#include "base/first_sentence.h"
#include "base/machine_failure.h"
#include "graph/ir/place_constants.h"
#include "graph/read/archive_check.h"
#include "graph/read/code_check.h"
#include "graph/read/debug_record.h"
#include "graph/read/flaw.h"
#include "graph/read/head.h"
#include "graph/read/records.h"
#include "graph/read/refuse_model.h"
#include "graph/read/training_mode.h"

namespace qtool {
namespace {

/// What a model prints is no output of a job.
void send_prints_to_log() {
  torch::jit::setPrintHandler([](const std::string& text) { TORCH_WARN("the model prints: ", text); });
}

Records open_records(const std::string& path) {
  if (const auto flaw = flaw_of_archive(path); !flaw.empty())
    refuse_model(path, "the model file is corrupted", flaw, kSaveAgain);
  try {
    return Records(path);
  } catch (const std::exception& error) {
    rethrow_if_not_to_blame(error);
    refuse_model(path, "this is a zip archive, but no TorchScript file", first_sentence(error.what()),
                 kHowToSave);
  }
}

void check_holds_code(const std::string& path, const Records& records) {
  if (records.has("model.json"))
    refuse_model(path, "the model is of a format that PyTorch gave up",
                 "model.json, as PyTorch wrote it before 1.2",
                 "load it in a newer PyTorch, and save it again");
  if (records.has("constants.pkl")) return;
  if (records.has("data.pkl"))
    refuse_model(path, "this holds weights but no code",
                 "a state dict or a pickled module, saved by torch.save", kHowToSave);
  refuse_model(path, "this is a zip archive, but no TorchScript file", "no data.pkl inside", kHowToSave);
}

/// The lines of the user's source are worth having, but not needed.
bool has_sound_debug_records(const Records& records) {
  for (const std::string& name : records.names())
    if (name.ends_with(".debug_pkl") && !is_sound_debug_record(records.bytes(name))) return false;
  return true;
}

/// `aten::name` where the message says that an operator or a class is unknown, else empty.
std::string unknown_name(const std::string& message) {
  static const std::regex pattern(R"(Unknown (?:builtin op|type name|custom op)[^:']*[:']\s*'?([\w:.]+))");
  std::smatch match;
  return std::regex_search(message, match, pattern) ? match[1].str() : "";
}

/// ` (aten::name)` where the message lists the forms of an operator, else empty.
std::string operator_listed(const std::string& message) {
  static const std::regex pattern(R"((\w+::\w+)(?:\.\w+)?\()");
  std::smatch match;
  return std::regex_search(message, match, pattern) ? " (" + match[1].str() + ")" : "";
}

/// What the compiler of the model's code complains of.
[[noreturn]] void refuse_code(const std::string& path, const std::string& message) {
  const std::string unknown = unknown_name(message);
  if (unknown.starts_with("__torch__.") && !unknown.starts_with("__torch__.torch.classes."))
    refuse_model(path, "the model file is corrupted", "no code of its class " + unknown, kSaveAgain);
  if (!unknown.empty())
    refuse_model(path, "this LibTorch (" TORCH_VERSION ") lacks an operator of the model: " + unknown,
                 unknown, "build qtool with a newer LibTorch, or save the model without that operator");
  if (message.find("ill formed octal specifier") != std::string::npos)
    refuse_model(
        path,
        "a module or parameter of the model has a name that is not ASCII, for which PyTorch writes code "
        "that it cannot read",
        first_sentence(message), "rename it and save the model again");
  refuse_model(path, "this LibTorch (" TORCH_VERSION ") cannot compile the model's code",
               first_sentence(message) + operator_listed(message),
               "build qtool with the LibTorch that saved the model or a newer one, or save the model again");
}

/// What torch.jit.save() wrote as _extra_files.
std::map<std::string, std::string> extra_files_of(const Records& records) {
  static const std::string folder = "extra/";
  std::map<std::string, std::string> files;
  for (const auto& name : records.names())
    if (name.starts_with(folder)) files[name.substr(folder.size())] = records.bytes(name);
  return files;
}

/// A file that torch.jit.optimize_for_inference() has been over: LibTorch writes such constants without their values.
void check_kept_its_weights(const std::string& path, const CodeRecords& code) {
  for (const auto& [name, text] : code)
    if (text.find("ops.prim.ConstantMKLDNNTensor(") != std::string::npos)
      refuse_model(
          path,
          "the model was saved after torch.jit.optimize_for_inference(), which LibTorch cannot read back",
          "weights in MKL-DNN's format, which are not in the file",
          "save the model before: torch.jit.script(model.eval()) or torch.jit.freeze() of it; qtool folds "
          "and fuses by itself");
}

torch::jit::Module load_without_debug_records(const std::string& path) {
#if TORCH_VERSION_MAJOR >= 2
  return torch::jit::load(path, c10::Device(c10::DeviceType::CPU), /*load_debug_files=*/false);
#else
  refuse_model(path, "the model file is corrupted", "a .debug_pkl that is damaged", kSaveAgain);
#endif
}

struct LoadedModule {
  torch::jit::Module module;
  FileNotes notes;
};

LoadedModule parse(const std::string& path, const Records& records) {
  try {
    const CodeRecords code = code_of(records);
    check_kept_its_weights(path, code);
    check_code(records, code);
    return {has_sound_debug_records(records) ? torch::jit::load(path, c10::Device(c10::DeviceType::CPU))
                                             : load_without_debug_records(path),
            {.extra_files = extra_files_of(records)}};
  } catch (const Error&) {
    throw;
  } catch (const RefusedCode& refused) {
    refuse_model(path, "the model's code calls what it must not: " + refused.name, refused.what(),
                 "use models only of those whom you trust; save this one again without the call",
                 "code that only computes");
  } catch (const Flaw& flaw) {
    refuse_model(path, "the model file is corrupted", flaw.what(), kSaveAgain, flaw.expected);
  } catch (const torch::jit::ErrorReport& error) {
    refuse_code(path, error.what());
  } catch (const std::exception& error) {
    rethrow_if_not_to_blame(error);
    if (!unknown_name(error.what()).empty()) refuse_code(path, error.what());
    refuse_model(path, "the model file is truncated or corrupted", first_sentence(error.what()), kSaveAgain);
  }
}

/// Paths of layers are made of names with dots between them. PyTorch gives no such names; a file may hold them.
void check_names(const std::string& path, const torch::jit::Module& module) {
  for (const auto& part : module.modules())
    for (size_t i = 0; i < part.type()->numAttributes(); ++i) {
      const auto& name = part.type()->getAttributeName(i);
      if (name.empty() || name.find('.') != std::string::npos)
        refuse_model(path, "a module or attribute of the model has a name that no path can hold",
                     "'" + name + "'", "give it another name in Python, and save the model again",
                     "a name without dots");
    }
}

LoadedModule load(const std::string& path) {
  const Records records = open_records(path);
  check_holds_code(path, records);
  send_prints_to_log();
  return parse(path, records);
}

}  // namespace

bool is_torchscript(const std::string& /*path*/, const std::string& head) { return is_zip(head); }

Model read_torchscript(const std::string& path) {
  auto loaded = load(path);
  if (!loaded.module.find_method("forward"))
    refuse_model(path, "the model has no forward()", "a module without forward",
                 "script or trace the module that has one");
  check_names(path, loaded.module);
  loaded.module.eval();
  if (const auto device = put_on_cpu(loaded.module); !device.empty())
    loaded.notes.remarks.push_back(
        "the file's code names the device " + device +
        ", where it was traced or scripted; qtool runs it on the CPU, and what comes out is for the CPU");
  for (auto& remark : leave_training_mode(loaded.module)) loaded.notes.remarks.push_back(std::move(remark));
  return Model(loaded.module, std::move(loaded.notes));
}

UserModule read_user_module(const std::string& path) {
  if (!std::filesystem::exists(path))
    refuse_model(path, "the TorchScript file does not exist", "no such file", "check the path");
  if (!is_torchscript(path, head_of(path)))
    refuse_model(path, "this is not a TorchScript file", "no zip archive", kHowToSave);
  auto loaded = load(path);
  loaded.module.eval();
  (void)put_on_cpu(loaded.module);
  return {loaded.module, path};
}

}  // namespace qtool
