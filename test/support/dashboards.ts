import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './generated.js';

/** The parts of Grafana's model that tests look at. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: Variable[] };
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: string;
  readonly includeAll: boolean;
  readonly allValue?: string;
  readonly datasource?: DataSource;
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: DataSource;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly fieldConfig?: { readonly defaults: FieldDefaults };
}

interface FieldDefaults {
  readonly unit?: string;
  readonly thresholds?: { readonly steps: readonly { readonly value: number | null; readonly color: string }[] };
}

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  readonly instant: boolean;
  readonly datasource?: DataSource;
}

interface DataSource {
  readonly type: string;
  readonly uid: string;
}

const DASHBOARDS = path.join(ROOT, 'monitoring/grafana/dashboards');

export function readDashboards(): Dashboard[] {
  return readdirSync(DASHBOARDS).map(
    (file) => JSON.parse(readFileSync(path.join(DASHBOARDS, file), 'utf8')) as Dashboard,
  );
}

/** Those that show something, without the headings. */
export function panelsOf({ panels }: Dashboard): Panel[] {
  return panels.filter(({ type }) => type !== 'row');
}
