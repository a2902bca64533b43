#include "config/config_paths.h"

#include "catch.h"

using namespace qtool;

TEST_CASE("only fields that hold a path are put behind the folder") {
  OptionField plain, path, spec;
  apply_trait(path, path_field);
  apply_trait(spec, spec_field);
  CHECK(resolve_path(plain, "a/b", "/base") == "a/b");
  CHECK(resolve_path(path, "a/b", "/base") == "/base/a/b");
  CHECK(resolve_path(path, "../b", "/base/x") == "/base/b");
  CHECK(resolve_path(path, "/a", "/base") == "/a");
  CHECK(resolve_path(path, "", "/base").empty());
  CHECK(resolve_path(path, "zoo:lenet", "/base") == "zoo:lenet");
  CHECK(resolve_path(spec, "idx:a,mean=0.5", "/base") == "idx:/base/a,mean=0.5");
  CHECK(resolve_path(spec, "npz:a.npz", "/base") == "npz:/base/a.npz");
  CHECK(resolve_path(spec, R"(npz:a\,b.npz,limit=3)", "/x,y") == R"(npz:/x\,y/a\,b.npz,limit=3)");
  CHECK(resolve_path(spec, "random:1x28x28", "/base") == "random:1x28x28");
  CHECK(resolve_path(spec, "no spec", "/base") == "no spec");
}
