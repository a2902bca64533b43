#include "gpu.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace qtool {
namespace {

namespace jit = torch::jit;

constexpr int64_t kEndless = std::numeric_limits<int64_t>::max();
std::atomic<int64_t> operators_run{0}, tensors_left{kEndless};

const c10::Device kGpu(c10::DeviceType::CUDA, 0);

/// No program has an address with this bit: the processor stops whoever follows a pointer to the GPU.
constexpr uintptr_t kOutOfReach = uintptr_t{1} << 52;

void* out_of_reach(void* data) {
  return data ? reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(data) | kOutOfReach) : nullptr;
}

void* within_reach(void* data) {
  return reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(data) & ~kOutOfReach);
}

void release(void* owner) { delete static_cast<c10::Storage*>(owner); }

/// The memory of `owner` under another address and device. Keeps it alive.
c10::DataPtr share(const c10::Storage& owner, void* data, c10::Device device) {
  return {data, new c10::Storage(owner), release, device};
}

c10::Storage make_storage(size_t bytes, c10::DataPtr data) {
  return c10::Storage(c10::make_intrusive<c10::StorageImpl>(c10::StorageImpl::use_byte_size_t(), bytes,
                                                            std::move(data), c10::GetAllocator(c10::kCPU),
                                                            /*resizable=*/true));
}

void* data_of(const c10::Storage& storage) { return storage.data_ptr().get(); }

/// What the CPU's operators may work on.
c10::Storage lend(const c10::Storage& on_gpu) {
  return make_storage(on_gpu.nbytes(), share(on_gpu, within_reach(data_of(on_gpu)), c10::kCPU));
}

c10::DataPtr adopt(const c10::Storage& on_cpu) { return share(on_cpu, out_of_reach(data_of(on_cpu)), kGpu); }

void copy_geometry(const at::Tensor& from, const at::Tensor& to) {
  to.unsafeGetTensorImpl()->set_sizes_and_strides(from.sizes(), from.strides());
  to.unsafeGetTensorImpl()->set_storage_offset(from.storage_offset());
}

at::Tensor tensor_over(c10::Storage storage, const at::Tensor& like, c10::DispatchKey device) {
  auto tensor =
      at::detail::make_tensor<c10::TensorImpl>(std::move(storage), c10::DispatchKeySet(device), like.dtype());
  copy_geometry(like, tensor);
  return tensor;
}

void take_memory() {
  if (tensors_left != kEndless && tensors_left-- <= 0)
    TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory. Tried to allocate too much.");
}

using Change = std::function<at::Tensor(const at::Tensor&)>;

/// The value with each of its tensors changed, be it one or a list.
c10::IValue with_tensors(const c10::IValue& value, const Change& change) {
  if (value.isTensor()) return change(value.toTensor());
  if (!value.isList() || !value.toList().elementType()->isSubtypeOf(*c10::OptionalType::ofTensor()))
    return value;
  c10::impl::GenericList changed(value.toList().elementType());
  for (const c10::IValue& element : value.toList().vec())
    changed.push_back(element.isTensor() ? c10::IValue(change(element.toTensor())) : element);
  return changed;
}

bool copies_between_devices(const std::string& name) { return name == "aten::copy_"; }
bool takes_indices(const std::string& name) { return name.find("index") != std::string::npos; }

/// One operator, run on the CPU for the GPU.
class Call {
 public:
  Call(const c10::OperatorHandle& op, jit::Stack& stack) : op_(op), stack_(stack) {}

  void run() {
    check_devices();
    for (auto& value : last(op_.schema().arguments().size()))
      value = value.isDevice()
                  ? c10::IValue(c10::Device(c10::kCPU))
                  : with_tensors(value, [this](const at::Tensor& tensor) { return to_cpu(tensor); });
    op_.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), &stack_);
    for (const auto& [tensor, lent] : lent_) give_back(tensor, lent);
    for (auto& value : last(op_.schema().returns().size()))
      value = with_tensors(value, [this](const at::Tensor& tensor) { return to_gpu(tensor); });
    ++operators_run;
  }

 private:
  struct Lent {
    at::Tensor tensor, lent;
  };

  /// The last values of the stack.
  struct Values {
    c10::IValue* first;
    size_t count;
    [[nodiscard]] c10::IValue* begin() const { return first; }
    [[nodiscard]] c10::IValue* end() const { return first + count; }
  };
  [[nodiscard]] Values last(size_t count) const { return {stack_.data() + stack_.size() - count, count}; }

  void check_devices() const {
    const auto& name = op_.schema().name();
    if (copies_between_devices(name)) return;
    const auto& arguments = op_.schema().arguments();
    for (size_t i = 0; i < arguments.size(); ++i) {
      const auto& value = *(last(arguments.size()).begin() + i);
      const bool is_written = arguments[i].alias_info() && arguments[i].alias_info()->isWrite();
      (void)with_tensors(value, [&](const at::Tensor& tensor) {
        const bool is_number = value.isTensor() && tensor.defined() && tensor.dim() == 0 && !is_written;
        const bool is_index = takes_indices(name) && arguments[i].name() == "indices";
        TORCH_CHECK(!tensor.defined() || !tensor.is_cpu() || is_number || is_index,
                    "Expected all tensors to be on the same device, but ", name, " got ", arguments[i].name(),
                    " on cpu, different from other tensors on cuda:0");
        return tensor;
      });
    }
  }

  at::Tensor to_cpu(const at::Tensor& tensor) {
    if (!tensor.defined() || !tensor.is_cuda()) {
      others_.push_back(tensor);
      return tensor;
    }
    auto storage = lend(tensor.storage());
    for (const auto& other : lent_)
      if (other.tensor.is_alias_of(tensor)) storage = other.lent.storage();
    lent_.push_back({tensor, tensor_over(storage, tensor, c10::DispatchKey::CPU)});
    return lent_.back().lent;
  }

  /// The operator may have resized what it wrote to.
  static void give_back(const at::Tensor& tensor, const at::Tensor& lent) {
    auto* storage = tensor.storage().unsafeGetStorageImpl();
    if (data_of(lent.storage()) != within_reach(data_of(tensor.storage()))) {
      storage->set_data_ptr(adopt(lent.storage()));
      storage->set_nbytes(lent.storage().nbytes());
    }
    if (tensor.sizes() != lent.sizes() || tensor.strides() != lent.strides()) copy_geometry(lent, tensor);
  }

  /// What an operator returns is one of its arguments, a view of one, or new.
  at::Tensor to_gpu(const at::Tensor& result) {
    if (!result.defined()) return result;
    for (const auto& other : others_)
      if (other.is_same(result)) return result;
    for (const auto& [tensor, lent] : lent_)
      if (lent.is_same(result)) return tensor;
    for (const auto& [tensor, lent] : lent_)
      if (lent.is_alias_of(result)) return tensor_over(tensor.storage(), result, c10::DispatchKey::CUDA);
    take_memory();
    auto storage = make_storage(result.storage().nbytes(), adopt(result.storage()));
    return tensor_over(std::move(storage), result, c10::DispatchKey::CUDA);
  }

  const c10::OperatorHandle& op_;
  jit::Stack& stack_;
  std::vector<Lent> lent_;
  std::vector<at::Tensor> others_;
};

void run_on_gpu(const c10::OperatorHandle& op, jit::Stack* stack) {
  const at::AutoDispatchBelowADInplaceOrView kernels_only;
  Call(op, *stack).run();
}

/// One device, one stream, and nothing to wait for.
struct Guard final : c10::impl::DeviceGuardImplInterface {
  [[nodiscard]] c10::DeviceType type() const override { return kGpu.type(); }
  [[nodiscard]] c10::Device exchangeDevice(c10::Device /*device*/) const override { return kGpu; }
  [[nodiscard]] c10::Device getDevice() const override { return kGpu; }
  void setDevice(c10::Device /*device*/) const override {}
  void uncheckedSetDevice(c10::Device /*device*/) const noexcept override {}
  [[nodiscard]] c10::Stream getStream(c10::Device /*device*/) const noexcept override {
    return c10::Stream(c10::Stream::DEFAULT, kGpu);
  }
  [[nodiscard]] c10::Stream exchangeStream(c10::Stream stream) const noexcept override { return stream; }
  [[nodiscard]] c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  void record(void** /*event*/, const c10::Stream& /*stream*/, const c10::DeviceIndex /*device*/,
              const c10::EventFlag /*flag*/) const override {}
  void block(void* /*event*/, const c10::Stream& /*stream*/) const override {}
  [[nodiscard]] bool queryEvent(void* /*event*/) const override { return true; }
};

C10_REGISTER_GUARD_IMPL(CUDA, Guard);

TORCH_LIBRARY_IMPL(_, CUDA, m) { m.fallback(torch::CppFunction::makeFromBoxedFunction<&run_on_gpu>()); }

/// Those that LibTorch would take apart, or send to a kernel that is not there.
TORCH_LIBRARY_IMPL(aten, CUDA, m) {
  for (const char* name : {"_convolution", "convolution", "convolution_backward", "copy_"})
    m.impl(name, torch::CppFunction::makeFromBoxedFunction<&run_on_gpu>());
}

}  // namespace

/// What LibTorch asks before it believes that there is a GPU.
struct SimulatedCuda final : at::CUDAHooksInterface {
  explicit SimulatedCuda(at::CUDAHooksArgs /*unused*/) {}
  [[nodiscard]] bool hasCUDA() const override { return true; }
  [[nodiscard]] int getNumGPUs() const override { return 1; }
  // Not all versions of LibTorch have all of these; they override where they can.
  // NOLINTBEGIN(modernize-use-override)
  void init() const {}
  void initCUDA() const {}
  [[nodiscard]] bool isBuilt() const { return true; }
  [[nodiscard]] bool isAvailable() const { return true; }
  [[nodiscard]] c10::DeviceIndex deviceCount() const { return 1; }
  [[nodiscard]] bool hasPrimaryContext(c10::DeviceIndex /*device*/) const { return true; }
  [[nodiscard]] bool hasPrimaryContext(int64_t /*device*/) const { return true; }
  [[nodiscard]] c10::DeviceIndex getCurrentDevice() const { return kGpu.index(); }
  [[nodiscard]] const at::Generator& getDefaultGenerator(c10::DeviceIndex /*device*/) const {
    return at::detail::getDefaultCPUGenerator();
  }
  [[nodiscard]] const at::Generator& getDefaultCUDAGenerator(c10::DeviceIndex /*device*/) const {
    return at::detail::getDefaultCPUGenerator();
  }
  // NOLINTEND(modernize-use-override)
};

bool gpu_rounds_as_cpu() { return true; }

int64_t operators_on_gpu() { return operators_run; }

GpuMemoryEnds::GpuMemoryEnds(int64_t tensors) { tensors_left = tensors; }
GpuMemoryEnds::~GpuMemoryEnds() { tensors_left = kEndless; }

}  // namespace qtool

namespace at {
C10_REGISTER_CLASS(CUDAHooksRegistry, CUDAHooks, qtool::SimulatedCuda);
}  // namespace at
