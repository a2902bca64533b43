#include "options/option_tree.h"

#include "catch.h"

using namespace qtool;

namespace {

struct Inner {
  std::vector<int64_t> sizes = {1, 2};
};
template <class Visitor>
void describe(Visitor& v, Inner& o) {
  v.field("sizes", o.sizes, "some sizes", at_least(1), flag("inner-sizes", 'z'));
}

struct Outer {
  std::optional<double> limit = {};
  std::string file_name = {};
  bool on = false;
  Inner inner = {};
};
template <class Visitor>
void describe(Visitor& v, Outer& o) {
  v.field("limit", o.limit, "a limit");
  v.field("file_name", o.file_name, "a file", positional, required);
  v.field("on", o.on, "a switch", config_only);
  v.group("inner", o.inner);
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a description becomes fields with flags and traits") {
  Outer outer;
  const OptionGroup tree = option_tree(outer);
  REQUIRE(tree.fields.size() == 3);
  CHECK(tree.fields[1].flag == "file-name");
  CHECK(tree.fields[1].has(positional));
  CHECK(tree.fields[1].has(required));
  CHECK_FALSE(tree.fields[1].has(path_field));
  CHECK(tree.fields[2].flag.empty());
  REQUIRE(tree.groups.size() == 1);
  CHECK(tree.groups[0].key == "inner");
  CHECK(tree.groups[0].fields[0].flag == "inner-sizes");
  CHECK(tree.groups[0].fields[0].letter == 'z');
  CHECK(tree.groups[0].fields[0].is_list);
}

TEST_CASE("fields read from and write to the struct") {
  Outer outer;
  OptionGroup tree = option_tree(outer);
  CHECK(tree.fields[0].get().empty());
  CHECK_FALSE(tree.fields[0].set(Texts{"2.5"}));
  CHECK(outer.limit == 2.5);
  CHECK(tree.fields[0].get() == Texts{"2.5"});
  CHECK_FALSE(tree.fields[0].set(Texts{}));
  CHECK_FALSE(outer.limit.has_value());

  OptionField& sizes = tree.groups[0].fields[0];
  CHECK(sizes.get() == Texts{"1", "2"});
  CHECK(sizes.set(Texts{"3", "0"})->got == "'0'");
  CHECK(outer.inner.sizes == std::vector<int64_t>{1, 2});  // all or nothing
  CHECK_FALSE(sizes.set(Texts{"3"}));
  CHECK(outer.inner.sizes == std::vector<int64_t>{3});
  CHECK(tree.fields[1].set(Texts{"a", "b"})->got == "2 values");
}

TEST_CASE("settings_of() names each value by its path") {
  Outer outer{.limit = 1.5, .file_name = "a"};
  CHECK(settings_of(option_tree(outer)) ==
        std::vector<std::pair<std::string, std::string>>{
            {"limit", "1.5"}, {"file_name", "a"}, {"on", "false"}, {"inner.sizes", "1, 2"}});
}

TEST_CASE("origins_of() names what does not come from the defaults, by the same paths") {
  Outer outer{.limit = 1.5, .file_name = "a"};
  OptionGroup tree = option_tree(outer);
  CHECK(origins_of(tree).empty());
  tree.fields[0].origin = "--limit";
  tree.groups[0].fields[0].origin = "job.yaml:3";
  CHECK(origins_of(tree) ==
        std::map<std::string, std::string>{{"limit", "--limit"}, {"inner.sizes", "job.yaml:3"}});
}

namespace {

struct Named {
  std::vector<std::string> names = {"one"};
};
template <class Visitor>
void describe(Visitor& v, Named& o) {
  v.field("names", o.names, "some of a table", one_of({"one", "two"}));
}

}  // namespace

TEST_CASE("texts that must be of a table are told from others") {
  Named named;
  const OptionGroup tree = option_tree(named);
  CHECK(tree.fields[0].choices == Texts{"one", "two"});
  CHECK_FALSE(tree.fields[0].set(Texts{"two", "one"}));
  CHECK(named.names == Texts{"two", "one"});
  const auto problem = tree.fields[0].set(Texts{"one", "twoo"});
  REQUIRE(problem);
  CHECK(problem->got == "'twoo'");
  CHECK(problem->expected == "one of one, two");
  CHECK(problem->hint == ", did you mean 'two'?");
  CHECK(named.names == Texts{"two", "one"});
}
