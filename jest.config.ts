import type { Config } from 'jest';

const config: Config = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript', dynamicImport: true } },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  testTimeout: 30_000,
  coverageProvider: 'babel',
  // Not those that only run as a process of their own: test/integration/processes.test.ts runs them.
  collectCoverageFrom: [
    'src/**/*.ts',
    '!src/{web,worker,start,migrate,db-url,keys,pgbouncer-exporter}.ts',
    '!src/runtime/run-process.ts',
    '!src/conversion/server/{main,watchdog}.ts',
  ],
  coverageThreshold: {
    global: { lines: 85, branches: 75 },
    './src/database/': { lines: 95 },
    './src/jobs/': { lines: 95 },
    './src/results/': { lines: 95 },
  },
  coverageReporters: ['text-summary', 'json-summary', 'lcovonly'],
};

export default config;
