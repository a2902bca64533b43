#include <cmath>
#include <filesystem>
#include <limits>

#include "graph/builder.h"
#include "program.h"
#include "zoo/layers.h"
#include "zoo/zoo.h"

using namespace qtool;

namespace {

/// Good parts, to be broken one at a time.
struct PtqPlace {
  TemporaryFolder folder = {};
  std::string model = folder / "lenet.pt", images = folder / "images", out = folder / "out";
  PtqPlace() {
    put_lenet(model);
    put_images(images);
  }

  /// Runs ptq, which must end with this code, one message that holds `expected`, and nothing written.
  void expect(const std::string& model_path, const std::string& data, int code, const std::string& expected,
              const std::string& flags = "") const {
    CAPTURE(model_path, data, flags);
    const Run run =
        run_program("ptq " + model_path + " --data " + data + " -o " + out + " --calib-samples 16 " + flags);
    INFO(run.err);
    CHECK(run.code == code);
    CHECK(run.out.empty());
    CHECK(run.err.starts_with("qtool: error: "));
    CHECK_THAT(run.err, contains(expected));
    CHECK_THAT(run.err, contains("  do:       "));
    CHECK_THAT(run.err, !contains("frame #"));
    CHECK(count_files(out) == 0);
  }
};

}  // namespace

TEST_CASE("files that are no TorchScript model are told apart") {
  const PtqPlace at;
  const std::string good = get(at.model), data = "idx:" + at.images;
  at.expect(at.folder / "nothing.pt", data, 2, "nothing.pt");
  put(at.folder / "text.pt", "hello");
  at.expect(at.folder / "text.pt", data, 2, "text.pt");
  put(at.folder / "empty.pt", "");
  at.expect(at.folder / "empty.pt", data, 2, "empty.pt");
  put(at.folder / "half.pt", good.substr(0, good.size() / 2));
  at.expect(at.folder / "half.pt", data, 2, "half.pt");
  put(at.folder / "net.onnx", std::string("\x08\x07\x12\x07pytorch\x1a\x05", 13) + std::string(200, '\x01'));
  at.expect(at.folder / "net.onnx", data, 2, "net.onnx");
  at.expect(at.images, data, 2, at.images);
}

TEST_CASE("a model with a corrupted middle never crashes") {
  const PtqPlace at;
  std::string bytes = get(at.model);
  for (size_t i = bytes.size() / 2; i < bytes.size() / 2 + 4096 && i < bytes.size(); ++i) bytes[i] ^= 0x55;
  put(at.folder / "corrupt.pt", bytes);
  const Run run =
      run_program("ptq " + at.folder / "corrupt.pt" + " --data idx:" + at.images + " -o " + at.out);
  CHECK(run.code == 2);
  CHECK_THAT(run.err, contains("corrupt.pt"));
  CHECK(count_files(at.out) == 0);
}

TEST_CASE("weights that are not finite are named") {
  const PtqPlace at;
  Model model = build_zoo("lenet", {1, 28, 28}, 10, 1);
  model.set_training(false);
  const NamedTensor first = model.parameters().front();
  first.tensor.detach().fill_(std::numeric_limits<float>::quiet_NaN());
  model.save(at.folder / "nan.pt");
  const Run run = run_program("ptq " + at.folder / "nan.pt" + " --data idx:" + at.images + " -o " + at.out);
  CHECK(run.code == 3);
  CHECK_THAT(run.err, contains(first.name.substr(0, first.name.rfind('.'))));
  CHECK(count_files(at.out) == 0);
}

TEST_CASE("data that does not fit the model, or is broken, is named") {
  const PtqPlace at;
  at.expect(at.model, "random:3x28x28", 2, "3");
  at.expect(at.model, "idx:" + at.folder / "nowhere", 2, "nowhere");
  std::filesystem::create_directory(at.folder / "void");
  at.expect(at.model, "images:" + at.folder / "void", 2, "void");
  at.expect(at.model, "idxx:" + at.images, 2, "did you mean 'idx'?");
  at.expect(at.model, "idx:" + at.images + ",limmit=3", 2, "did you mean 'limit'?");

  put_images(at.folder / "short");
  put(at.folder / "short/train-labels-idx1-ubyte", idx({3}, std::string(3, '\1')));
  at.expect(at.model, "idx:" + at.folder / "short", 2, "short");

  put_images(at.folder / "cut");
  const std::string name = at.folder / "cut/train-images-idx3-ubyte", packed = gzip(get(name));
  std::filesystem::remove(name);
  put(name + ".gz", packed.substr(0, packed.size() / 2));
  at.expect(at.model, "idx:" + at.folder / "cut", 2, "train-images-idx3-ubyte.gz");
}

TEST_CASE("a model that takes two inputs is told from data that has one") {
  const PtqPlace at;
  zoo::Init init(1);
  ModuleBuilder("Two")
      .child("fc", zoo::linear(784, 4, init))
      .define("def forward(self, a, b):\n    return self.fc.forward(a.flatten(1)) + b")
      .build()
      .save(at.folder / "two.pt");
  at.expect(at.folder / "two.pt", "idx:" + at.images, 2, "input");
}

TEST_CASE("a label outside the model's classes is named") {
  const PtqPlace at;
  put(at.images + "/t10k-labels-idx1-ubyte", idx({32}, std::string(31, '\1') + '\x0a'));
  const Run run = run_program("eval " + at.model + " --data idx:" + at.images);
  CHECK(run.code == 2);
  CHECK_THAT(run.err, contains("10"));
}

TEST_CASE("a recipe that matches nothing is an error that names the nearest site") {
  const PtqPlace at;
  at.expect(at.model, "idx:" + at.images, 2, "no_such_layer", "--skip no_such_layer");
}

TEST_CASE("an output folder that cannot be is exit code 4, and leaves nothing") {
  const PtqPlace at;
  put(at.folder / "file", "");
  const Run blocked =
      run_program("ptq " + at.model + " --data idx:" + at.images + " -o " + at.folder / "file/out");
  CHECK(blocked.code == 4);
  CHECK_THAT(blocked.err, contains(at.folder / "file/out"));
}

TEST_CASE("a disk that is full while writing is exit code 4, and leaves no half file") {
  const PtqPlace at;
  // A limit on file sizes stands for the full disk: 8 blocks of 512 bytes.
  const Run run =
      run_program("ptq " + at.model + " --data idx:" + at.images + " -o " + at.out, "ulimit -f 8");
  CHECK(run.code == 4);
  CHECK_THAT(run.err, contains("File too large") && contains("ulimit -f"));
  for (const auto& entry : std::filesystem::directory_iterator(at.out)) {
    CAPTURE(entry.path());
    CHECK(entry.path().string().find(".tmp") == std::string::npos);
    CHECK(entry.path().filename() != "model.int8.pt");
  }
}

TEST_CASE("stdout that cannot be written is exit code 4") {
  const Run run = run_program("--version > /dev/full");
  CHECK(run.code == 4);
  CHECK_THAT(run.err, contains("cannot write the result"));
}

TEST_CASE("the model is never overwritten") {
  const PtqPlace at;
  const std::string input = at.folder / "model.int8.pt";
  std::filesystem::rename(at.model, input);
  const std::string before = get(input);
  const Run run = run_program("ptq " + input + " --data idx:" + at.images + " -o " + at.folder.path());
  CHECK(run.code == 2);
  CHECK(get(input) == before);
}

TEST_CASE("Ctrl-C ends a job with exit code 130") {
  const PtqPlace at;
  const std::string checkpoint = at.out + "/checkpoints/last.pt";
  const std::string interrupt = "(while kill -0 $$; do if [ -e " + checkpoint +
                                " ]; then exec kill -INT $$; fi; sleep 0.05; done) > /dev/null 2>&1 &";
  const Run run = run_program(
      "train zoo:lenet --data idx:" + at.images + " -o " + at.out + " --epochs 1000000 --threads 1",
      interrupt);
  CHECK(run.code == 130);
  CHECK_THAT(run.err, contains("interrupted"));
  CHECK(std::filesystem::exists(checkpoint));
}

TEST_CASE("compare takes reports alone, and says which file and key is not as it must be") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& text, const std::string& expected) {
    put(folder / "report.json", text);
    const Run run = run_program("compare " + folder / "report.json " + folder / "report.json");
    CAPTURE(text);
    INFO(run.err);
    CHECK(run.code == 2);
    CHECK(run.out.empty());
    CHECK_THAT(run.err, contains(folder / "report.json") && contains(expected) && contains("  do:       "));
  };
  refused("", "no JSON");
  refused("{\"schema\": 2", "no JSON");
  refused("[]", "JSON without a schema");
  refused("{\"schema\": 99}", "schema 99");
  refused("{\"schema\": 2, \"qtool\": 1}", "report.json: qtool");
  refused("{\"schema\": 2, \"qtool\": {\"version\": 1}}", "qtool.version");
  const Run missing = run_program("compare " + folder / "a.json " + folder / "b.json");
  CHECK(missing.code == 2);
  CHECK_THAT(missing.err, contains("a.json"));
  const Run one = run_program("compare " + folder / "a.json");
  CHECK(one.code == 2);
  CHECK_THAT(one.err, contains("AFTER is missing"));
}

TEST_CASE("a JUnit file that cannot be written is told before the job runs") {
  const PtqPlace at;
  put(at.folder / "file", "");
  at.expect(at.model, "idx:" + at.images, 4, "file", "--junit " + at.folder / "file/gates.xml");
}
