import { canonicalLink } from '../../src/conversion/document/canonical-link.js';
import { safeLink } from '../../src/conversion/exporters/safe-link.js';
import { checkUrl } from '../../src/storage/url-policy.js';

/** After some thousand calls, Node's own `URL.canParse` refuses such addresses, and so did the service. */
describe('an address with letters beyond ASCII', () => {
  test('when many addresses have been looked at, then it is still one', () => {
    const address = 'http://bücher.example/';
    for (let count = 0; count < 20_000; count += 1) {
      for (const text of ['http://example.org/', address]) {
        checkUrl(text);
        canonicalLink(text);
        safeLink(text);
      }
    }

    expect(checkUrl(address).href).toBe('http://xn--bcher-kva.example/');
    expect(canonicalLink(address)).toBe('http://xn--bcher-kva.example/');
    expect(safeLink(address)).toBeDefined();
  });
});
