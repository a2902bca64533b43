/* The search of qtool tune: what was tried, and what each layer got. `tuned` is tune.json. */
const tuned = JSON.parse(document.getElementById('data').textContent);

const unit = differenceUnit(tuned.metric);
const lost = `${tuned.metric.title} lost${unit ? ', ' + unit : ''}`;
const dropOf = (trial) => trial.drop || trial.simulated;
const bitsText = (bits) => (bits === 0 ? 'float' : String(bits));
const best = has(tuned.best) ? tuned.trials[tuned.best] : undefined;

/* What each layer takes at these bits, together. */
function predictedBytes(trial) {
  return tuned.layers.reduce((sum, layer, i) => sum + layer.choices.find(({bits}) => bits === trial.bits[i]).bytes, 0);
}

/* Weights alone: trials that were given up have no file. */
function searchChart() {
  const points = (some) => some.map(({trial, index}) => ({x: predictedBytes(trial) / 1000, y: dropOf(trial).value, trial: index + 1}));
  const rows = tuned.trials.map((trial, index) => ({trial, index})).filter(({trial}) => has(dropOf(trial).value));
  const isWritten = ({trial}) => has(trial.drop);
  const front = tuned.front.map((index) => ({trial: tuned.trials[index], index}));
  const others = rows.filter((row) => isWritten(row) && !tuned.front.includes(row.index));
  const simulated = rows.filter((row) => !isWritten(row));
  const sizes = points(rows).map(({x}) => x);
  const span = [0.95 * Math.min(...sizes), 1.05 * Math.max(...sizes)];
  const label = `${capital(lost)} against the size of the weights in ${ofNumber(rows.length, 'trial')}; the front: ` +
    front.map(({trial}) => `${metricNumber(tuned.metric, dropOf(trial).value)} at ${bytesText(predictedBytes(trial))}`).join(', ');
  const look = (colour) => ({borderColor: colour, backgroundColor: colour, pointRadius: 5, pointHoverRadius: 7});
  return chart(label, 320, (palette) => ({
    type: 'scatter',
    data: {datasets: [
      {label: 'front', data: points(front).sort((a, b) => a.x - b.x), showLine: true, stepped: 'before', borderWidth: 2, ...look(palette.series[0])},
      {label: 'other files', data: points(others), ...look(palette.series[5])},
      {label: 'simulated alone', data: points(simulated), ...look(palette.series[5] + '60')},
      {label: 'asked for', data: span.map((x) => ({x, y: tuned.max_drop})), showLine: true, borderDash: [6, 4], borderWidth: 1, borderColor: palette.clipped, pointRadius: 0, pointHitRadius: 0},
    ]},
    options: {
      plugins: {
        legend: {align: 'start', labels: {usePointStyle: true, boxWidth: 8, boxHeight: 8}},
        tooltip: {callbacks: {label: ({raw}) => (has(raw.trial) ? `trial ${raw.trial}: ${metricNumber(tuned.metric, raw.y)} at ${fixed(raw.x, 1)} kB` : '')}},
      },
      scales: {
        x: {title: {display: true, text: 'weights, kB'}, min: span[0], max: span[1], ticks: {maxTicksLimit: 7}},
        y: {title: {display: true, text: lost}, grace: '10%', ticks: {maxTicksLimit: 7}},
      },
    },
  }));
}

function trialsSection() {
  const counts = (trial) => [...new Set(trial.bits)].sort((a, b) => (a === 0) - (b === 0) || b - a)
    .map((bits) => `${trial.bits.filter((other) => other === bits).length} × ${bitsText(bits)}`).join(', ') + (trial.quick ? '; quick' : '');
  const dropText = (trial) => {
    const {value, low, high} = dropOf(trial);
    const number = (some) => metricNumber(tuned.metric, some);
    return has(value) ? number(value) + (has(low) && has(high) ? ` (${number(low)} to ${number(high)})` : '') : '–';
  };
  const rows = tuned.trials.map((trial, index) => ({...trial, index}));
  section('search', 'Search',
    element('p', {class: 'lead'}, 'Of a trial without a file the simulation was judged, on the first of the samples. Quick ones are without the improvements that take long.'),
    rows.length > 1 ? element('div', {class: 'card'}, searchChart()) : null,
    table('Trials in their order; the first has nothing tuned', [
      {title: 'trial', cell: (row) => String(row.index + 1)},
      {title: 'layers × bits', class: 'long', cell: counts},
      {title: lost, number: true, cell: dropText},
      {title: 'samples', number: true, cell: (row) => String(dropOf(row).samples)},
      {title: 'file', number: true, cell: (row) => (has(row.bytes) ? bytesText(row.bytes) : '–')},
      {title: 'ms / batch', number: true, cell: (row) => fixed(row.latency_ms, 2)},
      {title: 'time', number: true, cell: (row) => fixed(row.seconds, 1) + ' s'},
      {title: 'result', class: 'long', cell: (row) => row.result},
    ], rows));
}

/* How many times the noise of its other choices a layer's own is: why it has no fewer bits. */
function layersSection() {
  if (!best || tuned.layers.length === 0) return;
  const widths = [...new Set(tuned.layers.flatMap(({choices}) => choices.map(({bits}) => bits)))].filter((bits) => bits > 0).sort((a, b) => b - a);
  const noise = (bits) => ({title: `${bits} bits, dB`, number: true, cell: (row) => {
    const choice = row.choices.find((other) => other.bits === bits);
    if (!choice || !has(choice.noise)) return '–';
    const text = choice.noise > 0 ? fixed(-10 * Math.log10(choice.noise), 1) : '∞';
    return bits === row.got ? element('strong', {}, text) : text;
  }});
  section('layers', 'Layers',
    element('p', {class: 'lead'}, 'Each layer\'s SQNR at the outputs where it alone has weights of so many bits and its activations on their grids: more is better. ' +
      'The search gives bits to the layers where a byte takes most noise away. In bold what the best model has.'),
    table('Layers in the order of the model', [
      {title: 'layer', cell: (row) => element('span', {class: 'site'}, row.name)},
      {title: 'weights', number: true, cell: (row) => String(row.weights)},
      {title: 'got', number: true, cell: (row) => (row.got === 0 ? 'float' : `${row.got} bits`)},
      ...widths.map(noise),
    ], tuned.layers.map((layer, i) => ({...layer, got: best.bits[i]}))));
}

function calibratorsSection() {
  if (tuned.calibrators.length === 0) return;
  section('calibrators', 'Calibrators', table('SQNR at the outputs with nothing tuned', [
    {title: 'calibrator', cell: (row) => row.name + (row.name === tuned.calibrator ? ', taken' : '')},
    {title: 'SQNR, dB', number: true, cell: (row) => fixed(row.sqnr_db, 2)},
  ], tuned.calibrators));
}

trialsSection();
layersSection();
calibratorsSection();
keepChartsInStep();
