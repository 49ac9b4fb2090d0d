import { jobs } from '../../monitoring/grafana/source/jobs.js';
import { postgresql } from '../../monitoring/grafana/source/postgresql.js';
import { service } from '../../monitoring/grafana/source/service.js';
import { expectGenerated } from '../support/generated.js';

describe('dashboards', () => {
  test.each(Object.entries({ service, jobs, postgresql }))(
    'when monitoring/grafana/source or the limit of an alert changes, then %s.json does',
    (name, dashboard) => {
      expectGenerated(`monitoring/grafana/dashboards/${name}.json`, `${JSON.stringify(dashboard, null, 2)}\n`);
    },
  );
});
