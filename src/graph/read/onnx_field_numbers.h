#pragma once
/// The fields of onnx.proto3 that qtool reads or writes, by their numbers
/// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).
#include <cstdint>

namespace qtool::onnx {

namespace model_field {
enum : uint32_t {
  kIrVersion = 1,
  kProducerName = 2,
  kProducerVersion = 3,
  kDomain = 4,
  kModelVersion = 5,
  kDoc = 6,
  kGraph = 7,
  kOpsetImport = 8,
  kMetadata = 14,
  kTraining = 20,
  kFunctions = 25,
  kConfiguration = 26
};
}
namespace graph_field {
enum : uint32_t {
  kNode = 1,
  kName = 2,
  kInitializer = 5,
  kInput = 11,
  kOutput = 12,
  kSparseInitializer = 15
};
}
namespace node_field {
enum : uint32_t { kInput = 1, kOutput = 2, kName = 3, kOperator = 4, kAttribute = 5, kDomain = 7 };
}
namespace attribute_field {
enum : uint32_t {
  kName = 1,
  kFloat = 2,
  kInt = 3,
  kString = 4,
  kTensor = 5,
  kGraph = 6,
  kFloats = 7,
  kInts = 8,
  kStrings = 9,
  kTensors = 10,
  kGraphs = 11,
  kType = 20,
  kSparse = 22,
  kSparses = 23
};
}
namespace function_field {
enum : uint32_t { kNode = 7 };
}
namespace tensor_field {
enum : uint32_t {
  kDims = 1,
  kType = 2,
  kFloats = 4,
  kInt32s = 5,
  kStrings = 6,
  kInt64s = 7,
  kName = 8,
  kRaw = 9,
  kDoubles = 10,
  kUint64s = 11,
  kExternal = 13,
  kLocation = 14
};
}
namespace value_field {
enum : uint32_t { kName = 1, kType = 2 };
}
namespace type_field {
enum : uint32_t { kTensor = 1 };
}
namespace tensor_type_field {
enum : uint32_t { kElement = 1, kShape = 2 };
}
namespace shape_field {
enum : uint32_t { kDimension = 1 };
}
namespace dimension_field {
enum : uint32_t { kLength = 1, kName = 2 };
}
namespace opset_field {
enum : uint32_t { kDomain = 1, kVersion = 2 };
}
namespace entry_field {
enum : uint32_t { kKey = 1, kValue = 2 };
}

}  // namespace qtool::onnx
