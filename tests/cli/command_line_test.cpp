#include "program.h"

using namespace qtool;

TEST_CASE("--version tells program, LibTorch, engines and processor") {
  const Run run = run_program("--version");
  CHECK(run.code == 0);
  CHECK(run.err.empty());
  for (const char* part : {"qtool 0.", "LibTorch ", "engines: ", "CPU features: "})
    CHECK_THAT(run.out, contains(part));
}

TEST_CASE("--help lists the subcommands and the exit codes") {
  const Run run = run_program("--help");
  CHECK(run.code == 0);
  for (const char* part : {"\n  ptq ", "\n  train ", "\n  eval ", "\n  bench ", "\n  inspect ", "\n  130  "})
    CHECK_THAT(run.out, contains(part));
}

TEST_CASE("a subcommand's help shows flags by topic, true defaults and an example") {
  const Run run = run_program("ptq --help");
  CHECK(run.code == 0);
  CHECK_THAT(run.out, contains("usage: qtool ptq MODEL -o PATH [flags]\n"));
  CHECK_THAT(
      run.out,
      contains("\n  --calib-samples N             calibration samples, from the training split [1024]\n"));
  CHECK_THAT(run.out, contains("\n  --[no-]report "));
  CHECK_THAT(run.out, contains("\n  --json  "));
  CHECK_THAT(run.out,
             contains("\n  --per-tensor                  the same as --weight-granularity per-tensor\n"));
  CHECK_THAT(run.out, contains("\ngates:\n  --max-drop X "));
  CHECK_THAT(run.out, contains("minmax, moving-average, percentile, mse, entropy [mse]"));
  CHECK_THAT(run.out, contains("\nexample:\n  qtool ptq "));
}

TEST_CASE("bad usage is one message with the nearest name, exit code 2, and nothing on stdout") {
  const std::pair<const char*, const char*> cases[] = {
      {"", "no subcommand"},
      {"ptqq", "unknown subcommand 'ptqq', did you mean 'ptq'?"},
      {"--sed 3 ptq", "unknown flag '--sed'"},
      {"ptq m.pt --wieght-bits=4", "unknown flag '--wieght-bits', did you mean '--weight-bits'?"},
      {"ptq m.pt extra.pt", "unexpected argument 'extra.pt'"},
      {"ptq m.pt --seed", "--seed needs a value"},
      {"ptq m.pt --seed one",
       "--seed: wrong value\n  got:      'one'\n  expected: a whole number, at least 0"},
      {"ptq m.pt --seed 1 --seed 2", "--seed: wrong value\n  got:      2 values\n  expected: one value"},
      {"ptq m.pt --weight-bits 9", "expected: a whole number from 2 to 8"},
      {"ptq m.pt --calibrator msee", "--calibrator: wrong value, did you mean 'mse'?"},
      {"ptq m.pt --data random:1 -o o --calib-samples 0", "--calib-samples: wrong value"},
      {"ptq", "MODEL is missing"},
      {"ptq m.pt", "--output is missing"},
      {"eval m.pt", "--data is missing"},
      {"ptq m.pt -o o", "no data to calibrate on"},
      {"ptq m.pt -o o --from-calibration a --merge-calibration b c", "two sources of statistics"},
      {"ptq m.pt -o o --data random:1 --verify-samples 0 --max-drop 1", "these gates need a verified model"},
      {"qat m.pt -o o --data random:1 --metric tpo5", "unknown metric 'tpo5', did you mean 'top5'?"},
      {"bench m.pt", "bench needs inputs"},
      {"bench m.pt --shape 1 --batch 1,0", "--batch: wrong value"},
      {"ptq --config /nowhere.yaml", "/nowhere.yaml"},
  };
  for (const auto& [arguments, expected] : cases) {
    CAPTURE(arguments);
    const Run run = run_program(arguments);
    CHECK(run.code == 2);
    CHECK(run.out.empty());
    CHECK(run.err.starts_with("qtool: error: "));
    CHECK_THAT(run.err, contains(expected));
  }
}

TEST_CASE("built-in values give way to YAML, YAML gives way to flags") {
  const TemporaryFolder folder;
  put(folder / "job.yaml",
      "task: ptq\nmodel: net.pt\nquantize: {weight_bits: 4, calibrator: entropy, skip: [a]}\nreport: "
      "false\n");
  const Run run = run_program("ptq --config " + folder / "job.yaml" +
                              " --weight-bits 6 --skip b --skip 're:x{1,2}' --print-config");
  CHECK(run.code == 0);
  CHECK_THAT(run.out, contains("\nmodel: " + folder / "net.pt" + " "));
  CHECK_THAT(run.out, contains("\n  weight_bits: 6 "));
  CHECK_THAT(run.out, contains("\n  activation_bits: 8 "));
  CHECK_THAT(run.out, contains("\n  calibrator: entropy "));
  CHECK_THAT(run.out, contains("\n  skip: [b, \"re:x{1,2}\"] "));
  CHECK_THAT(run.out, contains("\nreport: false "));
}

TEST_CASE("what --print-config prints is a config that prints the same again") {
  const TemporaryFolder folder;
  const Run first = run_program(
      "ptq /m/net.pt -o /o --data idx:/d,mean=0.5 --per-tensor --no-report --max-drop 0.5 --seed 3 "
      "--print-config");
  CHECK_THAT(first.out, contains("weight_granularity: per-tensor "));
  put(folder / "job.yaml", first.out);
  const Run second = run_program("ptq --print-config --config " + folder / "job.yaml");
  CHECK(second.code == 0);
  CHECK(second.out == first.out);
}

TEST_CASE("all mistakes of a config come at once, with line and column") {
  const TemporaryFolder folder;
  put(folder / "job.yaml", "task: eval\nquantize:\n  weigth_bits: 4\ncalib_samples: 3\n");
  const Run run = run_program("ptq --config " + folder / "job.yaml");
  CHECK(run.code == 2);
  CHECK_THAT(run.err, contains("3 problems"));
  CHECK_THAT(run.err, contains("job.yaml:1:7: task: got 'eval', but the command is 'qtool ptq'"));
  CHECK_THAT(run.err,
             contains("job.yaml:3:3: quantize.weigth_bits: unknown key, did you mean 'weight_bits'?"));
  CHECK_THAT(run.err, contains("job.yaml:4:1: calib_samples: unknown key"));
}

TEST_CASE("a device that is not there is named") {
  const Run run = run_program("eval m.pt --data random:1 --device cuda");
  CHECK(run.code == 2);
  CHECK_THAT(run.err, contains("--device"));
}
