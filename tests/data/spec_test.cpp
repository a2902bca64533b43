#include "data/spec.h"

#include "catch.h"
#include "data/files.h"

namespace qtool {
namespace {

std::string refusal(const std::string& text) {
  return message_of([&] { (void)parse_data_spec(text); });
}

TEST_CASE("a data spec is read") {
  const DataSpec spec = parse_data_spec("idx:/data/fashion,mean=0.286,std=0.353,split=test,limit=1024");
  CHECK(spec.kind == DataKind::kIdx);
  CHECK(spec.path == "/data/fashion");
  CHECK(spec.split == Split::kTest);
  CHECK(spec.limit == 1024);
  CHECK(spec.mean == std::vector<double>{0.286});
  CHECK(spec.std == std::vector<double>{0.353});
}

TEST_CASE("a path may have colons and equal signs") {
  CHECK(parse_data_spec("npy:/a:b=c.npy").path == "/a:b=c.npy");
}

TEST_CASE("a comma in a path has a backslash before it") {
  const DataSpec spec = parse_data_spec(R"(images:/a\,b,limit=3)");
  CHECK(spec.path == "/a,b");
  CHECK(spec.limit == 3);
  CHECK_THAT(refusal("images:/a,b"), contains("no '=' in 'b'") && contains(R"(a backslash before it: \,)"));
}

TEST_CASE("scale is what values are divided by") {
  CHECK(parse_data_spec("npy:p,scale=255").scale == 255);
  CHECK_FALSE(parse_data_spec("npy:p").scale);
}

TEST_CASE("mean and std take a value for each channel") {
  const DataSpec spec = parse_data_spec("images:p,mean=0.4/0.5/0.6,std=0.1/0.2/0.3,resize=256,crop=224");
  CHECK(spec.mean == std::vector<double>{0.4, 0.5, 0.6});
  CHECK(spec.std == std::vector<double>{0.1, 0.2, 0.3});
  CHECK(spec.resize == 256);
  CHECK(spec.crop == 224);
}

TEST_CASE("to_string is the inverse, without defaults") {
  for (const std::string text :
       {"idx:p", "idx:p,split=train,limit=5,mean=0.1,std=0.3", "random:1x28x28,seed=7,samples=3",
        "images:p,scale=127.5,mean=0.4/0.5/0.6,std=0.1/0.2/0.3,resize=256,crop=224",
        "images:p,labels=val.csv", "images:p,crop=8,masks=../masks",
        R"(npz:/a\,b\\,limit=3,batch=4,set=sr:16000/gain:-0.5,max-mb=9)"}) {
    CHECK(to_string(parse_data_spec(text)) == text);
    CHECK(parse_data_spec(to_string(parse_data_spec(text))) == parse_data_spec(text));
  }
  CHECK(to_string(parse_data_spec("random:2,samples=256")) == "random:2");
}

TEST_CASE("labels and masks are of images, and one of them") {
  CHECK_THAT(refusal("npz:p,masks=m"), contains("'masks' means nothing for data of kind 'npz'"));
  CHECK_THAT(refusal("images:p,masks=m,labels=l"), contains("do not go together"));
  CHECK_THAT(refusal("images:p,labels=l,split=test"), contains("do not go together"));
}

TEST_CASE("a split that the stage chose is left out where the kind has none") {
  DataSpec spec = parse_data_spec("npy:x.npy");
  spec.split = Split::kTest;
  CHECK(to_string(spec) == "npy:x.npy");
}

TEST_CASE("bad data specs are refused by name") {
  struct Row {
    const char* text;
    const char* phrase;
  };
  const Row rows[] = {
      {"/usr/share/datasets", "no kind of data before the path"},
      {"idx:", "no path after 'idx:'"},
      {"idxx:p", "unknown kind of data 'idxx', did you mean 'idx'?"},
      {"idx:p,lmit=3", "unknown key 'lmit', did you mean 'limit'?"},
      {"idx:p,limit", "no '=' in 'limit'"},
      {"idx:p,", "no '=' in ''"},
      {"idx:p,limit=", "'limit' has no value"},
      {"idx:p,limit=abc", "bad number 'abc' for 'limit'"},
      {"idx:p,limit=1e3", "bad number '1e3' for 'limit'"},
      {"idx:p,limit=99999999999999999999", "bad number '99999999999999999999'"},
      {"idx:p,limit=0", "zero samples: 'limit' leaves nothing to read"},
      {"idx:p,limit=-4", "zero samples: 'limit' leaves nothing to read"},
      {"random:3,samples=0", "zero samples: 'samples' leaves nothing to read"},
      {"idx:p,limit=3,limit=4", "'limit' is given twice"},
      {"idx:p,split=valid", "unknown split 'valid'"},
      {"idx:p,split=tets", "did you mean 'test'?"},
      {"npy:p,split=test", "'split' means nothing for data of kind 'npy'"},
      {"idx:p,seed=3", "'seed' means nothing for data of kind 'idx'"},
      {"random:3,seed=-1", "'seed' must not be negative"},
      {"idx:p,mean=0.1/", "bad number '' for 'mean'"},
      {"idx:p,mean=nan", "bad number 'nan' for 'mean'"},
      {"idx:p,std=0", "'std' must be positive"},
      {"idx:p,std=0.2/-0.1", "'std' must be positive"},
      {"npy:p,set=16000", "no input's name in '16000'"},
      {"npy:p,set=sr:high", "bad number 'high' for 'set'"},
      {"npy:p,set=sr:1/sr:2", "the input 'sr' is set twice"},
      {"npz:p,max-mb=0", "'max-mb' is out of range"},
      {"npy:p,max-mb=3", "'max-mb' means nothing for data of kind 'npy'"},
      {"npy:p,scale=0", "'scale' divides: below 1 it would make values larger"},
      {"npy:p,scale=0.0039", "write scale=255 for value / 255"},
      {"npy:p,scale=1/255", "bad number '1/255' for 'scale'"},
      {"idx:p,crop=0", "'crop' is out of range"},
      {"idx:p,resize=100000", "'resize' is out of range"},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    CHECK_THAT(refusal(row.text), contains(row.phrase));
  }
}

TEST_CASE("a refusal quotes the whole spec") {
  CHECK_THAT(refusal("idx:p,limit=abc"), contains("data 'idx:p,limit=abc'"));
}

}  // namespace
}  // namespace qtool
