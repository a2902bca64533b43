#include "run/openvino_library.h"

#include <dlfcn.h>

#include <stdexcept>
#include <string>

namespace qtool {
namespace {

OpenvinoLibrary open_library() {
  // Under its bare name: the loader looks where the program was built or installed to look for it, and where
  // LD_LIBRARY_PATH says. It stays open.
  void* library = dlopen(QTOOL_OPENVINO_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  OpenvinoLibrary functions;
#define QTOOL_FIND(name)                                                                    \
  functions.name = reinterpret_cast<decltype(functions.name)>(dlsym(library, "ov_" #name)); \
  if (functions.name == nullptr) throw std::runtime_error("no ov_" #name "() in " QTOOL_OPENVINO_LIBRARY);
  QTOOL_OPENVINO_FUNCTIONS(QTOOL_FIND)
#undef QTOOL_FIND
  return functions;
}

}  // namespace

const OpenvinoLibrary& openvino_library() {
  static const OpenvinoLibrary library = open_library();
  return library;
}

}  // namespace qtool
