/* The summary of a batch: the table of its jobs, and what accuracy costs in time and in space. `batch` is summary.json. */
const batch = JSON.parse(document.getElementById('data').textContent);

/* Jobs */

const linkTo = (path) => path.split('/').map(encodeURIComponent).join('/');
const kClassOfVerdict = {ok: 'pass', 'gate failed': 'fail', failed: 'fail'};

function jobName(job) {
  return job.report ? element('a', {class: 'site', href: linkTo(job.report)}, job.job) : element('span', {class: 'site'}, job.job);
}

const metricCalled = (name) => batch.metrics.find((metric) => metric.name === name);
/* The one metric that all jobs speak of that have one. */
function common(key) {
  const names = new Set(batch.jobs.map((job) => job[key]).filter(has));
  return names.size === 1 ? metricCalled([...names][0]) : undefined;
}
const metric = common('metric'), agreement = common('agreement_metric');

/* Where the head of the column does not say which metric it is, the cell does. */
function valueText(name, value, inHead) {
  if (!has(name)) return '–';
  return (inHead ? '' : metricCalled(name).title + ' ') + metricText(metricCalled(name), value);
}

function dropText(job) {
  if (!has(job.drop) || !has(job.metric)) return '–';
  const number = (value) => metricNumber(metricCalled(job.metric), value);
  return number(job.drop) + (has(job.drop_low) ? ` (${number(job.drop_low)} to ${number(job.drop_high)})` : '') +
    (metric ? '' : ' ' + differenceUnit(metricCalled(job.metric)));
}

function sizeText(job) {
  return has(job.bytes) ? bytesText(job.bytes) + (has(job.size_ratio) ? ` (${fixed(job.size_ratio, 3)})` : '') : '–';
}

function latencyText(job) {
  return has(job.latency_ms) ? fixed(job.latency_ms, 2) + (has(job.batch) ? ` / ${job.batch}` : '') : '–';
}

function verdict(job) {
  return element('span', {}, element('span', {class: kClassOfVerdict[job.verdict]}, job.verdict),
    (job.reason ? ': ' + job.reason : '') + (job.unchanged ? ', unchanged' : ''));
}

function jobsSection() {
  const lost = `${metric ? differenceUnit(metric) : ''} lost`.trim();
  const columns = [
    {title: 'job', cell: jobName},
    {title: 'task', cell: (job) => job.task},
    {title: 'verdict', class: 'long', cell: verdict},
    {title: metric ? metric.title : 'metric', number: true, cell: (job) => valueText(job.metric, job.value, metric)},
    {title: lost, number: true, cell: dropText},
    {title: agreement ? agreement.title : 'agreement', number: true, cell: (job) => valueText(job.agreement_metric, job.agreement, agreement)},
    {title: 'size', number: true, cell: sizeText},
    {title: 'ms / batch', number: true, cell: latencyText},
    {title: 'time', number: true, cell: (job) => (job.verdict === 'skipped' ? '–' : fixed(job.seconds, 1) + ' s')},
  ];
  section('jobs', 'Jobs',
    element('p', {class: 'lead'}, `${capital(metric ? metric.title : 'the metric')} is that of the int8 model, or of the model that was trained (on held-out data) or evaluated. ` +
      `${capital(lost)} (with the 95 % interval) and ${agreement ? agreement.title : 'agreement'} are against float, or what the job compared with. In brackets the size, int8 / float; ms are the median of one batch, beside its number of samples.`),
    table('All jobs, in the order of the file', columns, batch.jobs));
}

/* Fronts */

const kPointRadius = 5;
const kLabelHeight = 16;
const kMostCovered = 0.3;
/* Where a name may stand, from its point: half widths to the right, heights down. The best places first. */
const kLabelPlaces = [[0, -1], [1, -0.9], [-1, -0.9], [1, 0], [-1, 0], [1, 1], [0, 1.1], [-1, 1], [0, -2], [1, -2], [-1, -2], [0, 2.1], [1, 2], [-1, 2]];

const boxAround = (x, y, width, height) => ({left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2});
const length = (from, to) => Math.max(0, to - from);
const sharedArea = (a, b) =>
  length(Math.max(a.left, b.left), Math.min(a.right, b.right)) * length(Math.max(a.top, b.top), Math.min(a.bottom, b.bottom));

/* Labels for named points, clear of each other and of all points as far as can be; none where there is no room. They stay inside
   of `area`. */
function placeLabels(named, points, area, widthOf) {
  const taken = points.map(({x, y}) => boxAround(x, y, 2 * kPointRadius, 2 * kPointRadius));
  const within = (value, low, high) => Math.max(low, Math.min(value, high));
  return named.map(({text, x, y}) => {
    const width = widthOf(text), reach = width / 2 + kPointRadius;
    const boxes = kLabelPlaces.map(([right, down]) => boxAround(
      within(x + right * reach, area.left + width / 2, area.right - width / 2),
      within(y + down * kLabelHeight, area.top + kLabelHeight / 2, area.bottom - kLabelHeight / 2), width, kLabelHeight));
    const covered = (box) => taken.reduce((sum, other) => sum + sharedArea(box, other), 0);
    const best = boxes.reduce((least, box) => (covered(box) < covered(least) ? box : least));
    if (covered(best) > kMostCovered * width * kLabelHeight) return null;
    taken.push(best);
    return {text, x: (best.left + best.right) / 2, y: best.bottom - 4};
  }).filter(has);
}

/* The names of the jobs in the first data set. */
const jobLabels = (palette) => ({
  id: 'labels',
  afterDatasetsDraw(shown) {
    const {ctx, chartArea, data} = shown;
    const pointsOf = (i) => shown.getDatasetMeta(i).data;
    const most = Math.min(26, Math.round(chartArea.width / 16));
    const named = pointsOf(0).map(({x, y}, i) => ({text: shortName(data.datasets[0].data[i].job, most), x, y}));
    ctx.font = labelFont();
    const labels = placeLabels(named, data.datasets.flatMap((_, i) => pointsOf(i)), chartArea, (text) => ctx.measureText(text).width + 6);
    drawLabels(ctx, palette, labels);
  },
});

/* front: {metric, jobs: those with a value of it and cost, best: names of those on the front, from cheap to good,
   cost: {name, axis, of(job), text(cost)}}. */
function frontChart({metric, jobs, best, cost}) {
  const onFront = best.map((name) => jobs.find((job) => job.job === name)), others = jobs.filter((job) => !best.includes(job.job));
  const points = (some) => some.map((job) => ({x: cost.of(job), y: job.value, job: job.job}));
  const costs = jobs.map(cost.of);
  const label = `${capital(metric.title)} against ${cost.name}; the front: ` +
    onFront.map((job) => `${job.job} ${metricText(metric, job.value)} at ${cost.text(cost.of(job))}`).join(', ');
  const look = (colour) => ({borderColor: colour, backgroundColor: colour, pointRadius: kPointRadius, pointHoverRadius: kPointRadius + 2});
  return chart(label, 320, (palette) => ({
    type: 'scatter',
    data: {datasets: [
      // Between two points the best that can be had is the cheaper one.
      {label: 'Pareto front', data: points(onFront), showLine: true, stepped: 'before', borderWidth: 2, ...look(palette.series[0])},
      ...(others.length ? [{label: 'other jobs', data: points(others), ...look(palette.series[5] + '80')}] : []),
    ]},
    options: {
      plugins: {
        legend: {align: 'start', labels: {usePointStyle: true, boxWidth: 8, boxHeight: 8}},
        tooltip: {callbacks: {label: ({raw}) => `${raw.job}: ${metricText(metric, raw.y)} at ${cost.text(raw.x)}`}},
      },
      scales: {
        x: {title: {display: true, text: cost.axis}, suggestedMin: 0.9 * Math.min(...costs), suggestedMax: 1.1 * Math.max(...costs), ticks: {maxTicksLimit: 7}},
        y: {title: {display: true, text: withUnit(metric.title, metric.unit)}, grace: '25%', ticks: {maxTicksLimit: 7}},
      },
    },
    plugins: [jobLabels(palette)],
  }));
}

/* A chart, or why there is none. */
function frontCard(front) {
  if (front.jobs.length > 1) return element('div', {class: 'card'}, frontChart(front));
  const who = front.jobs.length ? `only ${front.jobs[0].job} has` : 'no job has';
  return element('p', {class: 'lead'}, `No chart, as ${who} both ${front.metric ? front.metric.title : 'a metric'} and ${front.cost.name}.`);
}

function frontSection(id, title, fronts) {
  const drawn = fronts.some(({jobs}) => jobs.length > 1);
  section(id, title,
    drawn ? element('p', {class: 'lead'}, 'No other job is as good for less, or better for the same, as those on the line.') : null,
    ...fronts.map(frontCard));
}

const withBoth = (name, key) => batch.jobs.filter((job) => job.metric === name && has(job[key]));

/* Batches of different sizes take different times, so each size has a front of its own. */
function latencySection() {
  const cost = (name) => ({name, axis: name + ', ms', of: (job) => job.latency_ms, text: (ms) => fixed(ms, 2) + ' ms'});
  const fronts = batch.pareto.latency.map((front) => ({
    metric: metricCalled(front.metric), jobs: withBoth(front.metric, 'latency_ms').filter((job) => job.batch === front.batch), best: front.jobs,
    cost: cost(`latency of a batch of ${front.batch}`),
  }));
  frontSection('latency', 'Accuracy against latency', fronts.length ? fronts : [{metric, jobs: [], best: [], cost: cost('latency')}]);
}

function sizeSection() {
  const jobs = batch.jobs.filter((job) => has(job.metric) && has(job.bytes));
  const [unit, bytes] = Math.max(...jobs.map((job) => job.bytes)) < 1e6 ? ['kB', 1e3] : ['MB', 1e6];
  const cost = {name: 'size', axis: 'size, ' + unit, of: (job) => job.bytes / bytes, text: (size) => bytesText(Math.round(size * bytes))};
  const fronts = batch.pareto.size.map((front) => ({metric: metricCalled(front.metric), jobs: withBoth(front.metric, 'bytes'), best: front.jobs, cost}));
  frontSection('size', 'Accuracy against size', fronts.length ? fronts : [{metric, jobs: [], best: [], cost}]);
}

jobsSection();
latencySection();
sizeSection();
keepChartsInStep();
