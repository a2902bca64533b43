"""Folders of images: IDX, CIFAR-10, JPEG and PNG."""
import datasets as ds
from harness import refused_data


def cases(shop):
    return [*idx_files(shop), *cifar_files(shop), *image_files(shop), *labelled_files(shop)]


def idx_files(shop):
    def folder(name, **files):
        return ds.replaced_idx(shop.path(f"idx_{name}"), **files)

    def case(name, key, *says, **files):
        path = folder(key, **files)
        return refused_data(shop, name, f"idx:{path}", path, *says)

    good, zipped = ds.good_images(), ds.gz(ds.good_images())
    shop.path("idx_empty").mkdir()
    shop.write("idx_file", "x")
    return [
        refused_data(shop, "idx: missing folder", f"idx:{shop.path('nowhere')}", shop.path("nowhere")),
        refused_data(shop, "idx: empty folder", f"idx:{shop.path('idx_empty')}", shop.path("idx_empty"),
                     "train-images-idx3-ubyte"),
        refused_data(shop, "idx: a file in the folder's place", f"idx:{shop.path('idx_file')}", shop.path("idx_file")),
        case("idx: empty file", "zero_bytes", "train-images", images=b""),
        case("idx: half a header", "head", "train-images", images=good[:7]),
        case("idx: wrong magic", "magic", "0x", images=b"\x12\x34\x56\x78" + good[4:]),
        case("idx: floats instead of bytes", "floats", "0x00000d03", images=b"\0\0\x0d\x03" + good[4:]),
        case("idx: labels in the images' place", "mixed", "0x00000801", images=ds.idx((32,), bytes(32))),
        case("idx: images in the labels' place", "mixed2", "0x00000803", labels=good),
        case("idx: truncated", "cut", "train-images", images=good[:-100]),
        case("idx: the header claims more images", "more", "train-images",
             images=ds.idx((64, 28, 28), good[16:])),
        case("idx: extents that overflow", "overflow", "train-images", images=ds.idx((0xffffffff,) * 3, bytes(100))),
        case("idx: an extent of 0", "zero", "train-images", images=ds.idx((32, 0, 28), b"")),
        case("idx: no image", "none", "zero samples", images=ds.idx((0, 28, 28), b""), labels=ds.idx((0,), b"")),
        case("idx: fewer labels than images", "few", "20", "32", labels=ds.idx((20,), bytes(20))),
        case("idx: more labels than images", "many", "40", "32", labels=ds.idx((40,), bytes(40))),
        case("idx: truncated gzip", "gz_cut", "train-images-idx3-ubyte.gz", images=zipped[:len(zipped) // 2],
             compress=True),
        case("idx: gzip without its end", "gz_end", "train-images-idx3-ubyte.gz", images=zipped[:-4], compress=True),
        case("idx: corrupted gzip", "gz_bad", "train-images-idx3-ubyte.gz",
             images=zipped[:100] + b"\xff" * 50 + zipped[150:], compress=True),
        case("idx: gzip with another checksum", "gz_crc", "train-images-idx3-ubyte.gz",
             images=zipped[:-8] + bytes(4) + zipped[-4:], compress=True),
        case("idx: empty gzip", "gz_empty", "train-images-idx3-ubyte.gz", images=b"", compress=True),
    ]


def cifar_files(shop):
    def case(name, key, *says, **files):
        path = shop.path(f"cifar_{key}")
        path.mkdir()
        for stem, data in files.items():
            (path / f"{stem}.bin").write_bytes(data)
        return refused_data(shop, f"cifar: {name}", f"cifar:{path}", path, *says)

    record = bytes(3073)
    return [
        refused_data(shop, "cifar: missing folder", f"cifar:{shop.path('nowhere')}", shop.path("nowhere")),
        case("empty folder", "empty", "data_batch_1.bin"),
        case("one of the batches is missing", "two", "data_batch_3.bin", data_batch_1=record, data_batch_2=record),
        case("not whole records", "cut", "data_batch_1.bin", "3073",
             **{f"data_batch_{i}": record * 2 + record[:100] for i in range(1, 6)}),
        case("empty files", "zero", "data_batch_1.bin", **{f"data_batch_{i}": b"" for i in range(1, 6)}),
    ]


def image_files(shop):
    def case(name, key, *says, more="", **files):
        path = ds.write_images(shop.path(f"images_{key}"), **files)
        return refused_data(shop, f"images: {name}", f"images:{path},mean=0.5,std=0.5{more}", path, *says)

    good = ds.png()
    shop.path("images_empty").mkdir()
    (shop.path("images_bare") / "cat").mkdir(parents=True)
    shop.write("images_flat/0.png", good)
    return [
        refused_data(shop, "images: missing folder", f"images:{shop.path('nowhere')}", shop.path("nowhere")),
        refused_data(shop, "images: empty folder", f"images:{shop.path('images_empty')}", shop.path("images_empty")),
        refused_data(shop, "images: a class without images", f"images:{shop.path('images_bare')}", "cat"),
        refused_data(shop, "images: no folders of classes", f"images:{shop.path('images_flat')}",
                     shop.path("images_flat")),
        case("broken JPEG", "jpeg", "x.jpg", cat_x_jpg=b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(200)),
        case("truncated PNG", "png", "x.png", cat_x_png=good[:len(good) // 2]),
        case("text under the name of an image", "text", "x.png", dog_x_png=b"hello"),
        case("empty file", "nothing", "x.png", dog_x_png=b""),
        case("different sizes", "sizes", "x.png", dog_x_png=ds.png(20, 28)),
        case("a crop larger than an image", "crop", "x.png", dog_x_png=ds.png(20, 20), more=",crop=28"),
    ]


def labelled_files(shop):
    """Folders with labels or masks beside the images."""
    folder = shop.path("flat")
    shop.write("flat/1.png", ds.png())
    shop.write("flat/masks/2.png", ds.png())
    shop.write("flat/labels.csv", "1.png,0\n3.png,1\n")
    shop.write("flat/empty.csv", "")
    shop.write("flat/broken.jsonl", "{")

    def case(name, key, *says):
        return refused_data(shop, name, f"images:{folder},mean=0.5,{key}", *says)

    return [
        case("labels: not there", "labels=nowhere.csv", "nowhere.csv"),
        case("labels: empty", "labels=empty.csv", "empty.csv", "zero samples"),
        case("labels: of an image that is not there", "labels=labels.csv", "labels.csv:2", "3.png"),
        case("labels: no JSON", "labels=broken.jsonl", "broken.jsonl:1"),
        case("labels: with a split", "labels=labels.csv,split=test", "do not go together"),
        case("masks: no such folder", "masks=nowhere", "nowhere"),
        case("masks: none for an image", "masks=masks", "1.png", "has no mask"),
        refused_data(shop, "masks: of arrays", "npz:x.npz,masks=m", "means nothing for data of kind 'npz'"),
    ]
