#pragma once
/// One opener for each kind of data; open_dataset() in dataset.h chooses. All throw Error(kUsage) that names
/// the file and says what was found and expected. `limit` is not theirs.
#include <memory>

#include "data/dataset.h"

namespace qtool {

/// MNIST's IDX (http://yann.lecun.com/exdb/mnist): `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and
/// `t10k-...`, each plain or with `.gz`. Images uint8 [N, H, W] or [N, C, H, W].
[[nodiscard]] std::unique_ptr<Dataset> open_idx(const DataSpec& spec);

/// CIFAR-10's binary form (https://www.cs.toronto.edu/~kriz/cifar.html): `data_batch_1.bin` to `_5.bin`,
/// `test_batch.bin`; a record is one label byte and 3 x 32 x 32 pixels.
[[nodiscard]] std::unique_ptr<Dataset> open_cifar(const DataSpec& spec);

/// A folder with one folder of JPEG or PNG files for each class; sorted folder names give the labels 0, 1,
/// ... Above them there may be `train` and `test` (or `val`), of which the split picks one; without them both
/// splits are the same. Samples go round the classes, each in the order of its file names, so that the first
/// N samples show all classes. Decoded to 1 channel where `mean` has one value, else to 3. Other files and
/// hidden ones are left out, which Dataset::notes() says. With `labels` or `masks` (labelled_images.h,
/// image_folder.h) both splits are the same.
[[nodiscard]] std::unique_ptr<Dataset> open_images(const DataSpec& spec);

/// NumPy's .npy, read in place.
[[nodiscard]] std::unique_ptr<Dataset> open_npy(const DataSpec& spec);

/// NumPy's .npz, as written by savez and savez_compressed: targets by their names (data/targets.h), every other array
/// is an input; data/input_order.h tells which.
[[nodiscard]] std::unique_ptr<Dataset> open_npz(const DataSpec& spec);

/// torch.save of a tensor, a list or tuple of tensors, or a dict of them, of which some are targets by their names.
/// Held in memory, as PyTorch's format is read whole.
[[nodiscard]] std::unique_ptr<Dataset> open_tensors(const DataSpec& spec);

/// Standard normal noise, float32, of the shape that the path says. Sample i depends on the seed and i only.
[[nodiscard]] std::unique_ptr<Dataset> open_random(const DataSpec& spec);

}  // namespace qtool
