/* The report of one quantization: sections in the order in which they are read. `report` is report.json. */
const report = JSON.parse(document.getElementById('data').textContent);
const rungs = report.accuracy.ladder;
const rung = (name) => rungs.find((candidate) => candidate.name === name);
const kCausesOfDamage = [
  ['weight_rounding', 'rounding of the weight'],
  ['activation_clipping', 'clipping of activations'],
  ['activation_rounding', 'rounding of activations'],
];
const kSitesShownAtOnce = 12;
const sqnrText = (value) => (has(value) ? fixed(value, 1) : 'exact');
/* Those of which a rung has a value: a model whose first output is not a number for each class has no top-1. */
const metrics = report.accuracy.metrics.filter((metric) => rungs.some((step) => has(step.values[metric.name])));
const mainMetric = metrics.find((metric) => metric.name === report.accuracy.metric);
const agreement = metrics.find((metric) => metric.against === 'reference');
const siteId = (site) => 'site-' + encodeURIComponent(site);

/* Result */

function tile(title, value, detail) {
  return element('div', {class: 'tile'}, element('dt', {}, title), element('dd', {}, value, detail ? element('small', {}, detail) : null));
}

/* The lowest SQNR of all channels of all outputs; undefined where none was measured. */
const worstOf = (step) => (step.outputs || []).map((output) => output.worst_sqnr_db).filter(has).sort((a, b) => a - b)[0];
const worstText = (step) => (has(worstOf(step)) ? `worst channel ${fixed(worstOf(step), 1)} dB` : '');

function resultTiles() {
  const [float, int8, latency, drop] = [rung('float'), rung('int8'), report.latency_ms, report.accuracy.drop];
  const tiles = [];
  if (report.size_bytes.float > 0)
    tiles.push(tile('Size', bytesText(report.size_bytes.int8), `float ${bytesText(report.size_bytes.float)}`));
  if (latency) tiles.push(tile(`Time for a batch of ${latency.batch}`, fixed(latency.int8, 2) + ' ms',
    `float ${fixed(latency.float, 2)} ms` + (has(latency.folded) ? `, folded and frozen ${fixed(latency.folded, 2)}` : '')));
  const valueOf = (step, metric) => metricText(metric, step.values[metric.name]);
  if (int8 && mainMetric) tiles.push(tile(capital(mainMetric.title), valueOf(int8, mainMetric), `float ${valueOf(float, mainMetric)}`));
  if (int8 && agreement) tiles.push(tile(capital(metricTitle(agreement)), valueOf(int8, agreement), `of ${ofNumber(report.accuracy.samples, 'sample')}`));
  if (int8 && metrics.length === 0)
    tiles.push(tile('SQNR', sqnrText(int8.sqnr_db) + (has(int8.sqnr_db) ? ' dB' : ''), worstText(int8)));
  if (drop && mainMetric)
    tiles.push(tile(capital(`${differenceUnit(mainMetric)} lost`.trim()), metricNumber(mainMetric, drop.value),
      has(drop.low) ? `95 % interval ${metricNumber(mainMetric, drop.low)} to ${metricNumber(mainMetric, drop.high)}` : null));
  return tiles.length ? element('dl', {class: 'tiles'}, tiles) : null;
}

function gateList() {
  if (report.gates.length === 0) return null;
  const item = (gate) => element('li', {class: gate.passed ? 'passed' : 'failed'}, element('b', {}, gate.passed ? 'Gate passed: ' : 'Gate failed: '), gate.text);
  return element('ul', {class: 'gates'}, report.gates.map(item));
}

function warningList() {
  if (report.warnings.length === 0) return null;
  return element('ul', {class: 'warnings'}, report.warnings.map((warning) => element('li', {}, warning)));
}

/* Accuracy from rung to rung */

/* The interval of the drop, hung below float's value (above where lower is better), at the place of int8. */
const endsOf = (drop) => [drop.low, drop.high].map((lost) => rung('float').values[mainMetric.name] + (mainMetric.better === 'higher' ? -lost : lost));
const intervalPlugin = (drop, colour) => ({
  id: 'interval',
  afterDatasetsDraw({ctx, scales: {x, y}}) {
    const at = x.getPixelForValue(rungs.findIndex((step) => step.name === 'int8'));
    const [top, bottom] = endsOf(drop).map((value) => y.getPixelForValue(value));
    ctx.save();
    Object.assign(ctx, {strokeStyle: colour, lineWidth: 1.5});
    ctx.beginPath();
    ctx.moveTo(at, top);
    ctx.lineTo(at, bottom);
    for (const end of [top, bottom]) {
      ctx.moveTo(at - 6, end);
      ctx.lineTo(at + 6, end);
    }
    ctx.stroke();
    ctx.restore();
  },
});

const valueLabels = (palette) => ({
  id: 'labels',
  afterDatasetsDraw(shown) {
    const value = (i) => metricNumber(mainMetric || agreement, shown.data.datasets[0].data[i]);
    drawLabels(shown.ctx, palette, shown.getDatasetMeta(0).data.map((point, i) => ({text: value(i), x: point.x, y: point.y - 11})));
  },
});

function ladderChart() {
  const metric = mainMetric || agreement;
  const drop = mainMetric && report.accuracy.drop && has(report.accuracy.drop.low) ? report.accuracy.drop : null;
  const values = rungs.map((step) => step.values[metric.name]);
  const ends = [...values.filter(has), ...(drop ? endsOf(drop) : [])];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const room = Math.max(0.25 * (high - low), 0.1);
  const title = withUnit(metricTitle(metric), metric.unit);
  return chart(`${title}: ` + rungs.map((step, i) => `${step.name} ${metricNumber(metric, values[i])}`).join(', '), 250, (palette) => ({
    type: 'line',
    data: {
      labels: rungs.map((step) => step.name),
      datasets: [{data: values, borderColor: palette.series[0], backgroundColor: palette.series[0], borderWidth: 2, pointRadius: 5, clip: false}],
    },
    options: {
      plugins: {legend: {display: false}},
      scales: {
        x: {offset: true, grid: {display: false}, ticks: {color: palette.text}},
        y: {min: low - room, max: high + room, title: {display: true, text: title}, ticks: {maxTicksLimit: 6, includeBounds: false, callback: (value) => fixed(value, room > 1 ? 0 : 2)}},
      },
    },
    plugins: [...(drop ? [intervalPlugin(drop, palette.series[5])] : []), valueLabels(palette)],
  }));
}

/* What one number for all outputs does not tell. */
function outputsTable() {
  const outputs = ((rung('int8') || rungs[rungs.length - 1]).outputs || []).map((output, index) => ({...output, index}));
  if (outputs.length === 0) return null;
  return table('Each output of int8 against that of float', [
    {title: 'output', cell: (output) => String(output.index)},
    {title: 'cosine', number: true, cell: (output) => fixed(output.cosine, 6)},
    {title: 'SQNR dB', number: true, cell: (output) => sqnrText(output.sqnr_db)},
    {title: 'channels', number: true, cell: (output) => String(output.channels || '–')},
    {title: 'worst channel', number: true, cell: (output) => (has(output.worst_channel) ? String(output.worst_channel) : '–')},
    {title: 'SQNR dB there', number: true, cell: (output) => (has(output.worst_channel) ? sqnrText(output.worst_sqnr_db) : '–')},
    {title: 'became constant', number: true, cell: (output) => String(output.constant_channels.length)},
  ], outputs);
}

function ladderSection() {
  if (rungs.length === 0) return;
  const difference = report.simulated_vs_int8;
  const columns = [
    {title: 'rung', cell: (step) => step.name},
    ...metrics.map((metric) => ({title: metricTitle(metric), number: true, cell: (step) => metricText(metric, step.values[metric.name])})),
    {title: 'cosine', number: true, cell: (step) => fixed(step.cosine, 6)},
    {title: 'SQNR dB', number: true, cell: (step) => sqnrText(step.sqnr_db)},
    {title: 'worst channel dB', number: true, value: worstOf, cell: (step) => ((step.outputs || []).length ? sqnrText(worstOf(step)) : '–')},
  ].filter((column) => !column.value || rungs.some((step) => has(column.value(step))));
  const targets = report.targets || [];
  const runBy = (target) => target.runtime || 'nothing here';
  const ofRung = (metric, target) => (rung(target.rung) ? metricText(metric, rung(target.rung).values[metric.name]) : '–');
  const offBy = ({simulated}) => (simulated ? (simulated.max_steps || !simulated.max_difference ? ofNumber(simulated.max_steps, 'step') : fixed(simulated.max_difference, 6)) : '–');
  const takes = (target) => { const ms = (report.latency_ms_of_files || {})[target.rung]; return has(ms) ? fixed(ms, 2) + ' ms' : '–'; };
  section('ladder', 'Accuracy',
    element('p', {class: 'lead'}, 'Each step from the float model to the written int8 file, on the same ' + ofNumber(report.accuracy.samples, 'test sample') +
      (report.accuracy.drop && has(report.accuracy.drop.low) ? '. The bar at int8 is the 95 % interval of the drop.' : '.')),
    metrics.length ? element('div', {class: 'card'}, ladderChart()) : null,
    table('The ladder', columns, rungs),
    targets.length > 1 ? table('Files for runtimes; gates and int8 are of the first', [
      {title: 'file', cell: (target) => target.file},
      {title: 'run by', cell: runBy},
      {title: 'size', number: true, cell: (target) => bytesText(target.bytes)},
      ...[mainMetric, agreement].filter(Boolean).map((metric) => ({title: metricTitle(metric), number: true, cell: (target) => ofRung(metric, target)})),
      {title: 'from simulated', number: true, cell: offBy},
      {title: 'a batch', number: true, cell: takes},
    ], targets) : null,
    outputsTable(),
    difference ? element('p', {class: 'lead'}, `int8 against simulated: off by at most ${ofNumber(difference.max_steps, 'step')} of the last scale, on ` +
      `${percent(difference.differing)} of the elements` +
      (has(difference.same_top1) ? `; same top-1 on ${percent(difference.same_top1)} of the samples.` : '.')) : null);
}

/* Which layer is to blame */

function splitBar(causes) {
  const label = kCausesOfDamage.map(([key, text]) => `${text} ${percent(causes[key], 0)}`).join(', ');
  return element('div', {class: 'split', role: 'img', 'aria-label': label, title: label},
    kCausesOfDamage.map(([key], i) => element('span', {style: `width: ${causes[key] * 100}%; background: var(--series-${i + 1})`})));
}

function damageChart(layers) {
  const shown = layers.slice(0, kSitesShownAtOnce);
  return chart('Share of the damage by layer, split by cause; the table below has the numbers', 70 + 27 * shown.length, (palette) => ({
    type: 'bar',
    data: {
      labels: shown.map((layer) => shortName(layer.layer)),
      datasets: kCausesOfDamage.map(([key, text], i) => ({
        label: text, data: shown.map((layer) => layer.damage * layer.causes[key] * 100), backgroundColor: palette.series[i], maxBarThickness: 18,
      })),
    },
    options: {
      indexAxis: 'y',
      plugins: {
        legend: {position: 'top', align: 'start', labels: {boxWidth: 12, boxHeight: 12}},
        tooltip: {callbacks: {label: (item) => `${item.dataset.label}: ${fixed(item.raw, 1)} %`}},
      },
      scales: {
        x: {stacked: true, title: {display: true, text: 'share of the damage, %'}},
        y: {stacked: true, grid: {display: false}, ticks: {color: palette.text, autoSkip: false}},
      },
    },
  }));
}

/* SQNR of a layer's own sites of one role. */
function ownSqnr(layer, isWeight) {
  const sites = report.layers.filter((site) => site.layer === layer && site.scheme && site.site.endsWith(':weight') === isWeight);
  const nodes = sites.map((site) => element('a', {href: '#' + siteId(site.site), title: site.site}, sqnrText(site.sqnr_db)));
  return nodes.length ? element('span', {}, nodes.flatMap((node, i) => (i ? [', ', node] : [node]))) : '–';
}

function blameSection() {
  const blame = report.blame;
  if (!blame) return;
  const layers = [...blame.layers].sort((a, b) => b.damage - a.damage);
  const columns = [
    {title: 'layer', cell: (layer) => element('span', {class: 'site'}, layer.layer)},
    {title: 'damage', number: true, cell: (layer) => percent(layer.damage, 1)},
    {title: 'cause', cell: (layer) => splitBar(layer.causes)},
    {title: 'SQNR dB if alone', number: true, cell: (layer) => sqnrText(layer.alone.sqnr_db)},
    {title: 'agreement lost if alone', number: true, ofClasses: true, cell: (layer) => percent(1 - layer.alone.agreement)},
    {title: 'SQNR dB won in float', number: true, cell: (layer) => signed(layer.gain.sqnr_db, 2)},
    {title: 'agreement won in float', number: true, ofClasses: true, cell: (layer) => signed(layer.gain.agreement * 100, 2) + ' %'},
    {title: 'weight SQNR dB', number: true, cell: (layer) => ownSqnr(layer.layer, true)},
    {title: 'activation SQNR dB', number: true, cell: (layer) => ownSqnr(layer.layer, false)},
    {title: 'operator', cell: (layer) => layer.op},
  ].filter((column) => !column.ofClasses || has(blame.all.agreement));
  section('blame', 'Layers',
    element('p', {class: 'lead'}, `Measured on ${ofNumber(blame.samples, 'training sample')}: what each layer costs when it alone is quantized, and what is won ` +
      `when it alone stays in float. All of them together: SQNR ${sqnrText(blame.all.sqnr_db)} dB` +
      (has(blame.all.agreement) ? `, same top-1 as float on ${percent(blame.all.agreement)}.` : '.')),
    element('div', {class: 'card'}, damageChart(layers)),
    table('Layers, the most damaging first', columns, layers));
}

/* Each site's values and its grid */

/* Bars of the values; where the grid does not reach they are clipped. Counts by their logarithm, so that tails are seen. */
function histogramChart(site) {
  const {low, width, counts} = site.histogram;
  const centers = counts.map((_, i) => low + (i + 0.5) * width);
  const reach = (width + site.scale_max) / 2;
  const clipped = (x) => has(site.low) && (x + reach <= site.low || x - reach >= site.high);
  const grid = (palette) => ({
    id: 'grid',
    afterDatasetsDraw({ctx, chartArea, scales: {x}}) {
      if (!has(site.low)) return;
      ctx.save();
      Object.assign(ctx, {strokeStyle: palette.text, lineWidth: 1.5});
      for (const end of [site.low, site.high]) {
        const at = x.getPixelForValue(end);
        if (at < chartArea.left - 1 || at > chartArea.right + 1) continue;
        ctx.beginPath();
        ctx.moveTo(at, chartArea.top);
        ctx.lineTo(at, chartArea.bottom);
        ctx.stroke();
      }
      const levels = Math.round((site.high - site.low) / site.scale_max);
      ctx.lineWidth = 1;
      for (let i = 0; levels <= 64 && i <= levels; ++i) {
        const at = x.getPixelForValue(site.low + i * site.scale_max);
        ctx.beginPath();
        ctx.moveTo(at, chartArea.bottom);
        ctx.lineTo(at, chartArea.bottom - 5);
        ctx.stroke();
      }
      ctx.restore();
    },
  });
  const ends = [low, low + width * counts.length, ...(has(site.low) ? [site.low, site.high] : [])];
  return chart(`Histogram of ${site.site}`, 130, (palette) => ({
    type: 'bar',
    data: {
      datasets: [{
        data: counts.map((count, i) => ({x: centers[i], y: Math.log10(1 + count)})),
        backgroundColor: centers.map((x) => (clipped(x) ? palette.clipped : palette.series[0])),
        barPercentage: 1, categoryPercentage: 1, barThickness: 'flex',
      }],
    },
    options: {
      parsing: false,
      plugins: {legend: {display: false}, tooltip: {callbacks: {
        title: ([item]) => `${shortNumber(low + item.dataIndex * width)} to ${shortNumber(low + (item.dataIndex + 1) * width)}`,
        label: (item) => ofNumber(counts[item.dataIndex], 'value'),
      }}},
      scales: {
        x: {type: 'linear', min: Math.min(...ends), max: Math.max(...ends), grid: {display: false}, ticks: {maxTicksLimit: 5, callback: shortNumber}},
        y: {display: false, beginAtZero: true},
      },
    },
    plugins: [grid(palette)],
  }));
}

function siteCard(site) {
  const range = has(site.low) ? `${shortNumber(site.low)} to ${shortNumber(site.high)}` : 'one range for each channel';
  const facts = [site.scheme, range, has(site.clipped) ? `${percent(site.clipped, site.clipped > 0 && site.clipped < 0.0001 ? 4 : 2)} clipped` : null,
    has(site.sqnr_db) ? `SQNR ${fixed(site.sqnr_db, 1)} dB` : null];
  return element('article', {class: 'card', id: siteId(site.site)}, element('h3', {class: 'site'}, site.site),
    element('p', {}, facts.filter(has).join(' · ')), site.histogram ? histogramChart(site) : null);
}

function sitesSection() {
  const sites = report.layers.filter((site) => site.scheme).sort((a, b) => (b.damage || 0) - (a.damage || 0));
  if (sites.length === 0) return;
  const scale = (site) => shortNumber(site.scale_min) + (site.scale_min === site.scale_max ? '' : ' to ' + shortNumber(site.scale_max));
  const columns = [
    {title: 'site', cell: (site) => element('a', {class: 'site', href: '#' + siteId(site.site)}, site.site)},
    {title: 'scheme', class: 'one-line', cell: (site) => site.scheme},
    {title: 'scale', number: true, cell: scale},
    {title: 'zero point', number: true, cell: (site) => (has(site.zero_point) ? String(site.zero_point) : '–')},
    {title: 'range', number: true, cell: (site) => (has(site.low) ? `${shortNumber(site.low)} to ${shortNumber(site.high)}` : '–')},
    {title: 'clipped', number: true, cell: (site) => percent(site.clipped, 3)},
    {title: 'SQNR dB', number: true, cell: (site) => fixed(site.sqnr_db, 1)},
    {title: 'damage', number: true, cell: (site) => percent(site.damage, 1)},
  ];
  const rest = sites.slice(kSitesShownAtOnce);
  section('sites', 'Values and grids',
    element('p', {class: 'lead'}, 'What each tensor holds (counts on a logarithmic scale) and the range that its grid covers, between the lines; what lies ' +
      'more than half a step outside, in red, is clipped. Grids of few levels show each level. The most damaging come first.'),
    element('div', {class: 'sites'}, sites.slice(0, kSitesShownAtOnce).map(siteCard)),
    rest.length ? element('details', {}, element('summary', {}, `${rest.length} more`), element('div', {class: 'sites'}, rest.map(siteCard))) : null,
    table('Sites, the most damaging first', columns, sites));
}

/* Speed */

const kOperatorsShown = 5;

function operatorsChart(operators) {
  const models = ['float', 'int8'];
  const parts = (model) => {
    const shown = operators[model].slice(0, kOperatorsShown);
    const rest = operators[model].slice(kOperatorsShown).reduce((sum, entry) => sum + entry.ms, 0);
    return rest > 0 ? [...shown, {name: 'all others', ms: rest}] : shown;
  };
  const stacks = models.map(parts);
  return chart('Time by operator, float against int8; the tables below have the numbers', 170, (palette) => ({
    type: 'bar',
    data: {
      labels: models,
      datasets: Array.from({length: kOperatorsShown + 1}, (_, i) => ({
        data: stacks.map((stack) => (stack[i] ? stack[i].ms : 0)), backgroundColor: palette.series[i], borderColor: palette.card, borderWidth: {right: 1}, maxBarThickness: 34,
      })),
    },
    options: {
      indexAxis: 'y',
      plugins: {legend: {display: false}, tooltip: {callbacks: {label: (item) => {
        const part = stacks[item.dataIndex][item.datasetIndex];
        return part ? `${part.name}: ${fixed(part.ms, 3)} ms` : '';
      }}}},
      scales: {x: {stacked: true, title: {display: true, text: 'ms'}}, y: {stacked: true, grid: {display: false}, ticks: {color: palette.text}}},
    },
  }));
}

function swatch(index) {
  return element('span', {'aria-hidden': 'true', style: `display: inline-block; width: .7em; height: .7em; margin-right: .5em; background: var(--series-${Math.min(index, kOperatorsShown) + 1})`});
}

function operatorTable(model, entries) {
  const total = entries.reduce((sum, entry) => sum + entry.ms, 0);
  const columns = [
    {title: 'operator', cell: (entry) => element('span', {}, swatch(entries.indexOf(entry)), element('span', {class: 'site'}, entry.name))},
    {title: 'calls', number: true, cell: (entry) => String(entry.calls)},
    {title: 'ms', number: true, cell: (entry) => fixed(entry.ms, 3)},
    {title: 'share', number: true, cell: (entry) => percent(entry.ms / total, 1)},
  ];
  return table(`${model}: time by operator in one run`, columns, entries);
}

function speedSection() {
  const latency = report.latency_ms;
  if (!latency) return;
  section('speed', 'Speed',
    element('p', {class: 'lead'}, `A batch of ${latency.batch} takes ${fixed(latency.float, 2)} ms in float${has(latency.folded) ? `, ${fixed(latency.folded, 2)} ms with it folded and frozen,` : ''} ` +
      `and ${fixed(latency.int8, 2)} ms in int8 (medians, ` +
      `${ofNumber(report.qtool.threads, 'thread')}, engine ${report.qtool.engine}).`),
    latency.operators ? element('div', {class: 'card'}, operatorsChart(latency.operators)) : null,
    ...(latency.operators ? [operatorTable('float', latency.operators.float), operatorTable('int8', latency.operators.int8)] : []));
}

/* Training */

function curve(label, title, series) {
  const epochs = report.training.epochs;
  return chart(label, 230, (palette) => ({
    type: 'line',
    data: {
      labels: epochs.map((epoch) => epoch.epoch),
      datasets: series.map(({name, value}, i) => ({
        label: name, data: epochs.map(value), borderColor: palette.series[i], backgroundColor: palette.series[i], borderWidth: 2,
        pointRadius: epochs.map((epoch) => (epoch.best ? 6 : 3)), pointStyle: epochs.map((epoch) => (epoch.best ? 'rectRot' : 'circle')),
      })),
    },
    options: {
      plugins: {legend: {display: series.length > 1, align: 'start', labels: {usePointStyle: true, pointStyle: 'line'}}},
      scales: {
        x: {offset: true, grid: {display: false}, title: {display: true, text: 'epoch'}},
        y: {title: {display: true, text: title}, grace: '10%', ticks: {maxTicksLimit: 6}},
      },
    },
  }));
}

function trainingSection() {
  if (!report.training) return;
  const {metric, epochs} = report.training;
  const heldOut = epochs.some((epoch) => has(epoch.validation_score));
  const scores = [{name: 'training data', value: (epoch) => epoch.score}];
  if (heldOut) scores.push({name: 'held-out data', value: (epoch) => epoch.validation_score});
  const columns = [
    {title: 'epoch', cell: (epoch) => element('span', {class: epoch.best ? 'best' : null}, epoch.epoch + (epoch.best ? ' (kept)' : ''))},
    {title: 'loss', number: true, cell: (epoch) => fixed(epoch.loss, 4)},
    {title: metric.title, number: true, cell: (epoch) => metricText(metric, epoch.score)},
    {title: 'held-out ' + metric.title, number: true, cell: (epoch) => metricText(metric, epoch.validation_score)},
    {title: 'learning rate', number: true, cell: (epoch) => shortNumber(epoch.learning_rate)},
  ];
  section('training', 'Training',
    element('p', {class: 'lead'}, 'The epoch marked with a diamond is the one that was kept.'),
    element('div', {class: 'card'}, curve('Loss by epoch', 'loss', [{name: 'loss', value: (epoch) => epoch.loss}])),
    element('div', {class: 'card'}, curve(capital(metric.title) + ' by epoch', withUnit(metric.title, metric.unit), scores)),
    table('Epochs', columns, epochs));
}

/* What to do next */

function adviceSection() {
  const blame = report.blame;
  if (!blame) return;
  const advice = (entry) => element('div', {class: 'card advice'}, element('h3', {}, entry.text),
    element('p', {}, element('span', {class: 'gain'}, `${signed(entry.gain.sqnr_db, 2)} dB SQNR` +
      (has(entry.gain.agreement) ? `, ${signed(entry.gain.agreement * 100, 2)} points of agreement with float` : '')),
      `, measured on ${ofNumber(blame.samples, 'training sample')}`),
    copyable('quantize:\n  rules:\n    ' + entry.rules.join('\n    ')),
    entry.flags ? element('p', {}, 'or on the command line:') : null, entry.flags ? copyable(entry.flags) : null);
  section('next', 'What to do next',
    element('p', {class: 'lead'}, blame.recommendations.length ?
      'Each of these was tried in simulation, alone, and gained what stands with it. Add the lines to your config file.' :
      'No change that was tried in simulation gained a tenth of a decibel.'),
    ...blame.recommendations.map(advice));
}

/* The rest */

function floatSection() {
  const sites = report.layers.filter((site) => !site.scheme);
  if (sites.length === 0) return;
  section('float', 'What stays in float', table('Operators that stay in float, and why', [
    {title: 'operator', cell: (site) => element('span', {class: 'site'}, site.site)},
    {title: 'kind', cell: (site) => site.op},
    {title: 'why', class: 'long', cell: (site) => site.reason || '–'},
  ], sites));
}

function dataSection() {
  const {inputs, notes} = report.data;
  if (inputs.length + notes.length === 0) return;
  section('arrived', 'What arrived',
    inputs.length === 0 ? null : table('What the model got', [
      {title: 'input', cell: (input) => element('code', {}, input.name)},
      {title: 'type', cell: (input) => input.dtype},
      {title: 'shape', cell: (input) => `[${input.shape.join(', ')}]`},
      {title: 'range', number: true, cell: (input) => `${shortNumber(input.low)} to ${shortNumber(input.high)}`},
      {title: 'mean', number: true, cell: (input) => shortNumber(input.mean)},
      {title: 'standard deviation', number: true, cell: (input) => shortNumber(input.deviation)},
      {title: 'first layer', class: 'long', cell: (input) => input.first_reader || '–'},
    ], inputs),
    ...notes.map((note) => element('p', {class: 'lead'}, note)));
}

function settingsSection() {
  const origin = (key) => report.setting_origins[key];
  const rows = Object.entries(report.settings).map(([key, value]) => ({key, value, from: origin(key)}));
  const columns = [
    {title: 'setting', cell: (row) => element('code', {}, row.key)},
    {title: 'value', class: 'long', cell: (row) => row.value},
    {title: 'from', class: 'long', cell: (row) => row.from || 'default'},
  ];
  const given = rows.filter((row) => row.from), defaults = rows.filter((row) => !row.from);
  const tool = report.qtool;
  const facts = [['qtool', tool.version], ['LibTorch', tool.libtorch], ['engine', tool.engine], ['processor', tool.cpu_features.join(' ')],
    ['threads', String(tool.threads)], ['seed', String(tool.seed)], ['model', report.model.path], ['sha256 of the model', report.model.sha256],
    ['data', report.data.spec], ['calibration samples', String(report.data.calibration_samples)]];
  section('settings', 'Settings',
    table('What ran', [{title: '', cell: (fact) => fact[0]}, {title: 'value', class: 'long', cell: (fact) => fact[1] || '–'}], facts),
    given.length ? table('What was asked for', columns, given) : null,
    defaults.length ? element('details', {}, element('summary', {}, `${defaults.length} settings left at their defaults`), table('Defaults', columns, defaults)) : null);
}

function filesSection() {
  if (report.files.length === 0) return;
  section('files', 'Files', table('Files beside this report', [
    {title: 'file', cell: (file) => element('a', {href: encodeURI(file.name)}, file.name)},
    {title: 'size', number: true, cell: (file) => bytesText(file.bytes)},
    {title: 'sha256', class: 'hash', cell: (file) => element('code', {}, file.sha256)},
  ], report.files));
}

/* What was tried without training */

function improvementsSection() {
  const rows = report.improvements || [];
  if (rows.length === 0) return;
  const decibel = (row, value) => (has(value) ? fixed(value, 1) : row.kept ? sqnrText(value) : '–');
  const seconds = (row) => { const took = (report.improvements_s || {})[row.name]; return has(took) ? fixed(took, 2) : '–'; };
  section('improvements', 'Improvements',
    element('p', {class: 'lead'}, 'Without training. Each was tried on top of those that were kept, and judged on calibration samples that it had not seen.'),
    table('What was tried', [
      {title: 'improvement', cell: (row) => row.name},
      {title: 'SQNR dB before', number: true, cell: (row) => decibel(row, row.before_db)},
      {title: 'with it', number: true, cell: (row) => decibel(row, row.after_db)},
      {title: 'seconds', number: true, cell: seconds},
      {title: 'verdict', cell: (row) => (row.kept ? 'kept' : `dropped: ${row.why}`)},
    ], rows));
}

function timeSection() {
  const stages = Object.entries(report.stages_s);
  if (stages.length === 0) return;
  const total = stages.reduce((sum, [, seconds]) => sum + seconds, 0);
  section('time', 'Time', table('Time of this run by stage', [
    {title: 'stage', cell: ([stage]) => stage},
    {title: 'seconds', number: true, cell: ([, seconds]) => fixed(seconds, 3)},
    {title: 'share', number: true, cell: ([, seconds]) => percent(seconds / total, 0)},
  ], stages), element('p', {class: 'lead'}, `Together ${fixed(total, 1)} s; ${bytesText(report.peak_rss_bytes)} of memory at most.`));
}

section('result', 'Result', resultTiles(), gateList());
section('warnings', 'Warnings', warningList());
ladderSection();
improvementsSection();
trainingSection();
blameSection();
adviceSection();
sitesSection();
speedSection();
floatSection();
dataSection();
settingsSection();
filesSection();
timeSection();
keepChartsInStep();
