'use strict';
/* What all pages share: elements, numbers for people, tables, and charts that follow the colours of the page. */

/* element('td', {class: 'number'}, 'text', child, ...): strings become text, never markup; null is left out. */
function element(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {}))
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ''));
  return node;
}

const has = (value) => value !== null && value !== undefined;
const fixed = (value, digits) => {
  if (!has(value)) return '–';
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace('-', '') : text).replace('-', '−');
};
const percent = (fraction, digits = 2) => (has(fraction) ? fixed(fraction * 100, digits) + ' %' : '–');
/* Values of metrics: {name, title, unit, better, against} as report.json has them. */
const metricTitle = (metric, reference = 'float') => metric.title + (metric.against === 'reference' ? ' as ' + reference : '');
const metricNumber = (metric, value) => (metric.unit === '%' || metric.unit === 'dB' ? fixed(value, 2) : shortNumber(value));
const metricText = (metric, value) => (has(value) ? metricNumber(metric, value) + (metric.unit ? ' ' + metric.unit : '') : '–');
const differenceUnit = (metric) => (metric.unit === '%' ? 'points' : metric.unit);
const withUnit = (title, unit) => (unit ? `${title}, ${unit}` : title);
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const signed = (value, digits) => (has(value) ? (value > 0 ? '+' : '') + fixed(value, digits) : '–');
const shortNumber = (value) => (has(value) ? String(Number(value.toPrecision(4))).replace('-', '−') : '–');
const ofNumber = (count, thing) => `${count} ${thing}${count === 1 ? '' : 's'}`;
/* Long names differ at their ends. */
const shortName = (name, most = 26) => (name.length > most ? '…' + name.slice(1 - most) : name);
function bytesText(bytes) {
  if (bytes < 1000) return bytes + ' B';
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000, unit = 0;
  for (; value >= 999.95 && unit + 1 < units.length; ++unit) value /= 1000;
  return fixed(value, 1) + ' ' + units[unit];
}

/* columns: {title, cell(row), number, head, class}; a cell is text or a node. The first column heads its rows. */
function table(caption, columns, rows) {
  const cell = (column, row, index) => {
    const kind = [column.number ? 'number' : '', column.class || ''].join(' ').trim() || null;
    return element(index === 0 ? 'th' : 'td', index === 0 ? {scope: 'row', class: kind} : {class: kind}, column.cell(row));
  };
  const head = columns.map((column) => element('th', {scope: 'col', class: column.number ? 'number' : null}, column.title));
  return element('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption},
    element('table', {}, element('caption', {}, caption), element('thead', {}, element('tr', {}, head)),
      element('tbody', {}, rows.map((row) => element('tr', {}, columns.map((column, i) => cell(column, row, i)))))));
}

/* Sections with an entry in the page's contents. Nothing where there is nothing to show. */
function section(id, title, ...children) {
  const shown = children.flat().filter(has);
  if (shown.length === 0) return;
  document.getElementById('contents').append(element('a', {href: '#' + id}, title));
  document.querySelector('main').append(element('section', {id, 'aria-labelledby': id + '-title'}, element('h2', {id: id + '-title'}, title), ...shown));
}

const charts = [];

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue('--' + name).trim();
  return {
    text: of('text'), muted: of('muted'), line: of('line'), card: of('card'), clipped: of('clipped'),
    series: [1, 2, 3, 4, 5, 6].map((i) => of('series-' + i)),
  };
}

/* A place for a chart that configuration(colours) describes, as Chart.js wants it. Drawn as soon as it is to be seen. */
function chart(label, height, configuration) {
  const canvas = element('canvas', {role: 'img', 'aria-label': label});
  charts.push({canvas, configuration, drawn: null});
  return element('div', {class: 'chart', style: `height: ${height}px`}, canvas);
}

function draw(entry) {
  if (entry.drawn) entry.drawn.destroy();
  const palette = colours();
  const font = {family: getComputedStyle(document.body).fontFamily, size: 12};
  Object.assign(Chart.defaults, {color: palette.muted, borderColor: palette.line, animation: false, maintainAspectRatio: false});
  Object.assign(Chart.defaults.font, font);
  // On paper a bitmap needs more dots than a screen has.
  Chart.defaults.devicePixelRatio = Math.max(window.devicePixelRatio || 1, 2);
  entry.drawn = new Chart(entry.canvas, entry.configuration(palette));
}

const labelFont = () => `600 12px ${Chart.defaults.font.family}`;

/* labels: {text, x, y}, from the middle of the base line. With a halo, so that they can be read upon lines. */
function drawLabels(ctx, palette, labels) {
  ctx.save();
  Object.assign(ctx, {fillStyle: palette.text, strokeStyle: palette.card, lineWidth: 5, lineJoin: 'round', textAlign: 'center', font: labelFont()});
  for (const {text, x, y} of labels) {
    ctx.strokeText(text, x, y);
    ctx.fillText(text, x, y);
  }
  ctx.restore();
}

/* Where Chart.js is missing or fails, the tables still tell it all. */
function drawCharts() {
  for (const entry of charts) if (entry.canvas.offsetParent !== null) draw(entry);
}

function onPrint(printing) {
  document.documentElement.toggleAttribute('data-print', printing);
  drawCharts();
}

function keepChartsInStep() {
  drawCharts();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawCharts);
  window.addEventListener('beforeprint', () => onPrint(true));
  window.addEventListener('afterprint', () => onPrint(false));
  document.addEventListener('toggle', (event) => {
    for (const entry of charts) if (!entry.drawn && event.target.contains(entry.canvas)) draw(entry);
  }, true);
}

/* Text to take away, with a button for it. */
function copyable(text) {
  const block = element('pre', {tabindex: 0}, text);
  const button = element('button', {type: 'button'}, 'Copy');
  button.addEventListener('click', () => {
    getSelection().selectAllChildren(block);
    // The newer clipboard API is not there in every browser for a page from a file.
    button.textContent = document.execCommand('copy') ? 'Copied' : 'Selected';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
  return element('div', {class: 'copy'}, block, button);
}
