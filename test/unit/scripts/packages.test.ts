import { missingPackages } from '../../../scripts/bootstrap/packages.mjs';

const wanted = {
  packages: {
    '': {},
    'node_modules/express': { version: '5.3.0' },
    'node_modules/for-another-platform': { version: '1.0.0', optional: true },
  },
};

it('when nothing is installed, then everything that is not optional is missing', () => {
  expect(missingPackages(wanted, undefined)).toEqual(['node_modules/express']);
});

it('when the wanted version is installed, then nothing is missing', () => {
  expect(missingPackages(wanted, { packages: { 'node_modules/express': { version: '5.3.0' } } })).toEqual([]);
});

it('when another version is installed, then it is missing, an optional one too', () => {
  const installed = {
    packages: {
      'node_modules/express': { version: '5.2.0' },
      'node_modules/for-another-platform': { version: '0.9.0' },
    },
  };

  expect(missingPackages(wanted, installed)).toEqual(['node_modules/express', 'node_modules/for-another-platform']);
});
