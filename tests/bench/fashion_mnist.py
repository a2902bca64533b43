"""Fashion-MNIST as numpy arrays, normalised as qtool's mean=0.2860,std=0.3530 does it."""
import gzip
import os

import numpy as np

FOLDER = os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist")


def images(split, count):
    """float32 [count, 1, 28, 28]; split is 'train' or 't10k'. Reads no more of the file than it needs."""
    with gzip.open(f"{FOLDER}/{split}-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(16 + count * 784), np.uint8, offset=16)
    return (pixels.reshape(count, 1, 28, 28).astype(np.float32) / 255 - np.float32(0.2860)) / np.float32(0.3530)


def labels(split, count):
    """int64 [count]."""
    with gzip.open(f"{FOLDER}/{split}-labels-idx1-ubyte.gz") as file:
        return np.frombuffer(file.read(8 + count), np.uint8, offset=8).astype(np.int64)
