#include "catch.h"
#include "report/sample_report.h"

using namespace qtool;

TEST_CASE("report.md tells the result first, then where the damage is") {
  CHECK(to_markdown(sample_report()) ==
        R"(# net.pt in int8

**4.0 times smaller, 6.0 times faster (4.0 than float folded and frozen), )"
        R"(0.50 points lost (95 % interval -0.10 to 1.10); the gate failed.**

## Accuracy

On 1000 samples.

| rung | top-1 | top-5 | same top-1 as float | cosine | SQNR dB | worst channel dB |
|---|---:|---:|---:|---:|---:|---:|
| float | 92.00 % | 99.00 % | - | - | - | - |
| int8 | 91.50 % | 98.90 % | 99.55 % | 0.999910 | 31.2 | 28.5 |

| output of int8 | cosine | SQNR dB | channels | worst channel | SQNR dB there | became constant |
|---|---:|---:|---:|---:|---:|---:|
| 0 | 0.999910 | 31.2 | 10 | 4 | 28.5 | 0 |

int8 against simulated: off by at most 1 step, on 0.02 % of the elements; same top-1 on 99.99 % of the samples.

## Improvements

Without training. Each was tried on top of those that were kept, and judged on calibration samples that it had not seen.

| improvement | SQNR dB before | with it | seconds | verdict |
|---|---:|---:|---:|---|
| bias-correction | 28.2 | 31.5 | 0.50 | kept |
| batch-norm | - | - | 0.25 | dropped: it wins too little |

## Gates

- **failed**: drop in top-1 of 0.50 points is above 0.40 points

## Size and speed

|  | float | int8 | ratio |
|---|---:|---:|---:|
| size | 400.0 kB | 100.0 kB | 0.250 |
| latency at batch 128 | 15.00 ms | 2.50 ms | 0.167 |
| against float folded and frozen | 10.00 ms | 2.50 ms | 0.250 |

## Layers, the most damaging first

On 64 training samples: what each layer costs when it alone is quantized, and what is won when it alone )"
        R"(stays in float. All together: SQNR 30.5 dB, same top-1 as float on 98.00 %.

| layer | operator | damage | weight rounding, activation clipping, rounding | SQNR dB if alone | agreement lost if alone | SQNR dB won in float | agreement won in float |
|---|---|---:|---:|---:|---:|---:|---:|
| `conv1` | aten::conv2d | 100.0 % | 25 %, 0 %, 75 % | 31.5 | 1.50 % | +3.25 | +1.00 % |

## What to do next

Each of these was tried in simulation, alone, and gained what stands with it.

- Leave conv1 in float: +3.25 dB SQNR, +1.00 points of agreement with float (`--skip conv1`)

  ```yaml
  quantize:
    rules:
      - {match: conv1, skip: true}
  ```

## Sites, the most damaging first

| site | operator | scheme | scale | zero point | range | clipped | SQNR dB | damage |
|---|---|---|---:|---:|---:|---:|---:|---:|
| `conv1:output` | aten::conv2d | uint8 affine per-tensor | 0.5 | 3 | -1.5 to 126 | 12.500 % | 40.0 | 75.0 % |
| `conv1:weight` | aten::conv2d | int8 symmetric per-channel(0) | 0.001 to 0.002 | - | - | - | - | 25.0 % |

## What stays in float

| site | operator | why |
|---|---|---|
| `norm:output` | aten::layer_norm | no int8 kernel \| yet |

## Warnings

- conv1:output had not settled

## Settings

| setting | value |
|---|---|
| qtool | 0.1.0 |
| LibTorch | 2.13.0 |
| engine | onednn |
| CPU features | avx2 avx512_vnni |
| threads | 2 |
| seed | 7 |
| model | models/net.pt, sha256 abc |
| data | idx:/data |
| calibration samples | 1024 |
| `calibrate.samples` | 1024 |

## Files

| file | size | sha256 |
|---|---:|---|
| model.int8.pt | 100.0 kB | def |

## Time

| stage | seconds |
|---|---:|
| load | 0.100 |
| calibrate | 0.250 |

Peak memory: 240.0 MB.
)");
}

TEST_CASE("a model without classes has no word of top-1 in its report") {
  Report report = sample_report();
  report.accuracy.drop.reset();
  report.gates.clear();
  for (auto& rung : report.accuracy.ladder) rung.values.clear();
  report.accuracy.metrics.clear();
  report.simulated_vs_int8->same_top1.reset();
  report.blame->all.agreement = report.blame->layers[0].alone.agreement =
      report.blame->layers[0].gain.agreement = report.blame->recommendations[0].gain.agreement = std::nullopt;
  report.curve = {{.epoch = 1, .score = 99}};
  report.curve_metric = {.name = "score", .title = "score", .unit = "%"};
  const std::string text = to_markdown(report);
  CHECK_THAT(text, !contains("top-1"));
  CHECK_THAT(text, contains("| rung | cosine | SQNR dB | worst channel dB |"));
  CHECK_THAT(text, contains("| `conv1` | aten::conv2d | 100.0 % | 25 %, 0 %, 75 % | 31.5 | - | +3.25 | - |"));
  CHECK_THAT(text, contains("- Leave conv1 in float: +3.25 dB SQNR (`--skip conv1`)"));
  CHECK_THAT(text, contains("| epoch | loss | score | held-out score |"));
}

TEST_CASE("an empty report has no empty tables") {
  const std::string text = to_markdown(Report{});
  CHECK_THAT(text, !contains("## Layers"));
  CHECK_THAT(text, !contains("## Gates"));
  CHECK_THAT(text, !contains("## Warnings"));
}
