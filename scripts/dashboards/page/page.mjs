// Runs in the page: draws what scripts/dashboards/preview.mjs read from Prometheus. Imports come from the page's import map.
import { drawBars, drawStat, element } from '#numbers';
import { drawGraph } from '#graph';

/** @typedef {import('../panel-data.mjs').NamedSeries} NamedSeries */
/** @typedef {Record<string, any> & { series: NamedSeries[] }} DrawnPanel a panel of Grafana with what it shows */

const DRAWING = { stat: drawStat, bargauge: drawBars, timeseries: drawGraph };

const { dashboards, range } = JSON.parse(document.querySelector('#data').textContent);
for (const { title, description, values, panels } of dashboards) {
  const section = element('section', 'dashboard');
  const chosen = Object.entries(values).map(([name, value]) => `${name}: ${value === '.*' ? 'All' : value}`);
  section.append(element('h1', '', title), element('p', 'about', `${description} ${chosen.join(' · ')}`));
  const grid = element('div', 'grid');
  section.append(grid);
  document.body.append(section);
  for (const panel of panels) drawPanel(grid, panel);
}

/**
 * @param {HTMLElement} grid
 * @param {DrawnPanel} panel
 */
function drawPanel(grid, panel) {
  const { type, title, description, gridPos } = panel;
  const box = element('div', `panel ${type}`);
  box.style.gridColumn = `${gridPos.x + 1} / span ${gridPos.w}`;
  box.style.gridRow = `${gridPos.y + 1} / span ${gridPos.h}`;
  const heading = element(type === 'row' ? 'h2' : 'h3', '', title);
  if (description !== undefined) heading.title = description;
  box.append(heading);
  grid.append(box);
  DRAWING[type]?.(box, panel, range);
}
