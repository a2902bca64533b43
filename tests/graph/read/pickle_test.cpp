#include "graph/read/pickle.h"

#include "catch.h"
#include "graph/read/flaw.h"
#include "graph/read/pickled_text.h"

using namespace qtool;
using namespace std::string_literals;

namespace {

/// A pickle of protocol 2 with these instructions.
std::string pickled(const std::string& instructions) { return "\x80\x02" + instructions + "."; }

std::string byte(int value) { return "K"s + char(value); }

/// `count` elements of float32 in the record `0`.
std::string storage(const std::string& count, const std::string& type = "FloatStorage") {
  return "(" + pickled_text("storage") + "ctorch\n" + type + "\n" + pickled_text("0") + pickled_text("cpu") +
         count + "tQ";
}

/// A float tensor, sizes and strides as tuples.
std::string tensor(const std::string& elements, const std::string& offset, const std::string& sizes,
                   const std::string& strides) {
  return "ctorch._utils\n_rebuild_tensor_v2\n(" + storage(elements) + offset + sizes + strides + "\x89" +
         "ccollections\nOrderedDict\n)RtR";
}

std::string pickle_flaw(const std::string& bytes) {
  try {
    const Pickle pickle(bytes);
  } catch (const Flaw& flaw) {
    CHECK_FALSE(flaw.expected.empty());
    return flaw.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a pickle is read without building anything") {
  const std::string bytes =
      pickled("(" + byte(7) + pickled_text("ab") + "]q\x01(" + byte(1) + byte(2) + "eN\x88t");
  const Pickle pickle(bytes);
  REQUIRE(pickle.kind(pickle.root()) == Pickle::Kind::kTuple);
  const auto items = pickle.items(pickle.root());
  REQUIRE(items.size() == 5);
  CHECK(pickle.number(items[0]) == 7);
  CHECK(pickle.text(items[1]) == "ab");
  CHECK(pickle.items(items[2]).size() == 2);
  CHECK(pickle.is(items[3], Pickle::Kind::kNone));
  CHECK(pickle.is(items[4], Pickle::Kind::kBool));
}

TEST_CASE("numbers of a pickle have their sign") {
  const std::string bytes =
      pickled("(J\xff\xff\xff\xffM\xff\xff\x8a\x08\xfe\xff\xff\xff\xff\xff\xff\xff\x8a\x02\x00\x01t"s);
  const Pickle pickle(bytes);
  const auto items = pickle.items(pickle.root());
  REQUIRE(items.size() == 4);
  CHECK(pickle.number(items[0]) == -1);
  CHECK(pickle.number(items[1]) == 65535);
  CHECK(pickle.number(items[2]) == -2);
  CHECK(pickle.number(items[3]) == 256);
}

TEST_CASE("a pickle gives its storages and types") {
  const std::string bytes =
      pickled("c__torch__\nNet\n)\x81}(" + pickled_text("w") +
              tensor(byte(6), byte(0), "(" + byte(2) + byte(3) + "t", "(" + byte(3) + byte(1) + "t") + "ub");
  const Pickle pickle(bytes);
  CHECK(pickle.is(pickle.root(), Pickle::Kind::kObject));
  REQUIRE(pickle.storages().size() == 1);
  CHECK(pickle.storages()[0].bytes == 24);
  CHECK(pickle.storages()[0].key == "0");
  CHECK(pickle.types() == std::vector<std::string>{"__torch__.Net"});
}

TEST_CASE("a tensor must lie inside its storage") {
  const std::string row = "(" + byte(3) + "t", by_one = "(" + byte(1) + "t",
                    huge = "(\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f";
  CHECK(pickle_flaw(pickled(tensor(byte(3), byte(0), row, by_one))).empty());
  CHECK_THAT(pickle_flaw(pickled(tensor(byte(2), byte(0), row, by_one))),
             contains("reaches element 2 of a storage of 2"));
  CHECK_THAT(pickle_flaw(pickled(tensor(byte(3), byte(1), row, by_one))), contains("reaches element 3"));
  CHECK_THAT(pickle_flaw(pickled(tensor(byte(3), byte(0), row, huge + "t"))), contains("overflows"));
  CHECK_THAT(
      pickle_flaw(pickled(tensor(byte(3), byte(0), huge + byte(4) + "t", "(" + byte(0) + byte(0) + "t"))),
      contains("overflows"));
  CHECK_THAT(pickle_flaw(pickled(tensor(byte(3), byte(0), row, "(J\xff\xff\xff\xfft"))),
             contains("negative"));
  CHECK_THAT(pickle_flaw(pickled(tensor(byte(3), byte(0), row, "(t"))), contains("do not fit"));
  CHECK_THAT(pickle_flaw(pickled(tensor("J\xff\xff\xff\xff", byte(0), row, by_one))), contains("negative"));
}

TEST_CASE("a quantized tensor has a grid for each channel") {
  const auto quantized = [](int channels, int scales, int axis) {
    const std::string numbers = tensor(byte(scales), byte(0), "(" + byte(scales) + "t", "(" + byte(1) + "t");
    return pickled("ctorch._utils\n_rebuild_qtensor\n(" + storage(byte(channels), "QInt8Storage") + byte(0) +
                   "(" + byte(channels) + "t(" + byte(1) + "t(ctorch\nper_channel_affine\n" + numbers +
                   numbers + byte(axis) + "t\x89Nt" + "R");
  };
  CHECK(pickle_flaw(quantized(4, 4, 0)).empty());
  CHECK_THAT(pickle_flaw(quantized(4, 3, 0)), contains("more channels than scales"));
  CHECK_THAT(pickle_flaw(quantized(4, 4, 1)), contains("axis"));
}

TEST_CASE("pickles that are no pickles are refused") {
  CHECK_THAT(pickle_flaw(""), contains("cut off"));
  CHECK_THAT(pickle_flaw("\x80\x04."), contains("protocol 2"));
  CHECK_THAT(pickle_flaw(pickled("")), contains("more or less than one value"));
  CHECK_THAT(pickle_flaw(pickled("NN")), contains("more or less than one value"));
  CHECK_THAT(pickle_flaw(pickled("h\x01")), contains("memo"));
  CHECK_THAT(pickle_flaw(pickled("Nr\xff\xff\xff\xff")), contains("memo"));
  CHECK_THAT(pickle_flaw(pickled("X\xff\xff\xff\xffx")), contains("cut off"));
  CHECK_THAT(pickle_flaw(pickled("t")), contains("without a beginning"));
  CHECK_THAT(pickle_flaw(pickled("N(\x85t")), contains("not there"));
  CHECK_THAT(pickle_flaw(pickled("}(Nu")), contains("without a value"));
  CHECK_THAT(pickle_flaw(pickled("N(NNu")), contains("holds none"));
  CHECK_THAT(pickle_flaw(pickled(byte(0) + ")R")), contains("no function"));
  CHECK_THAT(pickle_flaw(pickled("cos\nsystem\n(" + pickled_text("ls") + "tR")), contains("os.system"));
  CHECK_THAT(pickle_flaw(pickled("cos")), contains("without an end"));
  CHECK_THAT(pickle_flaw(pickled(storage(byte(1), "StrangeStorage"))), contains("StrangeStorage"));
  CHECK_THAT(pickle_flaw(pickled("ctorch._utils\n_rebuild_sparse_tensor\n")), contains("sparse"));
}

TEST_CASE("nesting has a limit, and nothing holds itself") {
  const auto nested = [](size_t depth) {
    std::string opens, closes;
    for (size_t i = 1; i < depth; ++i) {
      opens += "](";
      closes += "e";
    }
    return pickled(opens + "]" + closes);
  };
  CHECK(pickle_flaw(nested(1000)).empty());
  CHECK_THAT(pickle_flaw(nested(1001)), contains("more than 1000 deep"));
  CHECK_THAT(pickle_flaw(nested(200000)), contains("more than 1000 deep"));
  CHECK_THAT(pickle_flaw(pickled("]q\x01(h\x01"
                                 "e")),
             contains("holds itself"));
  CHECK_THAT(pickle_flaw(pickled("]q\x01(](h\x01"
                                 "ee")),
             contains("holds itself"));

  // Shared values on a long way: each is above the one before it.
  std::string chain = "]q\x01";
  for (int i = 0; i < 1200; ++i) chain += "\x85q\x01";
  CHECK_THAT(pickle_flaw(pickled(chain)), contains("more than 1000 deep"));
}
