/** @needs pgbouncer */
import { importSuitesThroughPgBouncer } from '../support/through-pgbouncer.js';

await importSuitesThroughPgBouncer('test/api');
