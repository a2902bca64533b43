#pragma once
/// OpenVINO's library by its C interface, opened when it is first wanted: no C++ of another compiler's standard library
/// crosses the border, exceptions neither, and what runs no ONNX file does not pay for it.
#include <openvino/c/openvino.h>

#include <memory>
#include <string>

namespace qtool {

/// The functions that qtool calls, each as openvino/c/*.h describes it.
struct OpenvinoLibrary {
#define QTOOL_OPENVINO_FUNCTIONS(X)           \
  X(get_openvino_version)                     \
  X(version_free)                             \
  X(get_last_err_msg)                         \
  X(free)                                     \
  X(core_create)                              \
  X(core_free)                                \
  X(core_read_model)                          \
  X(core_compile_model)                       \
  X(model_free)                               \
  X(model_inputs_size)                        \
  X(model_const_input_by_index)               \
  X(model_outputs_size)                       \
  X(compiled_model_free)                      \
  X(compiled_model_create_infer_request)      \
  X(infer_request_free)                       \
  X(infer_request_set_input_tensor_by_index)  \
  X(infer_request_get_output_tensor_by_index) \
  X(infer_request_infer)                      \
  X(tensor_create_from_host_ptr)              \
  X(tensor_free)                              \
  X(tensor_get_element_type)                  \
  X(tensor_get_shape)                         \
  X(tensor_data)                              \
  X(shape_free)                               \
  X(output_const_port_free)                   \
  X(port_get_any_name)                        \
  X(port_get_element_type)                    \
  X(port_get_partial_shape)                   \
  X(partial_shape_free)
#define QTOOL_DECLARE(name) decltype(&ov_##name) name = nullptr;
  QTOOL_OPENVINO_FUNCTIONS(QTOOL_DECLARE)
#undef QTOOL_DECLARE
};

/// Throws std::runtime_error where it does not load.
[[nodiscard]] const OpenvinoLibrary& openvino_library();

}  // namespace qtool
