import { AppError } from '../../../src/errors.js';
import { checkRedirect, checkUrl, isAllowedAddress } from '../../../src/storage/url-policy.js';

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
  return 'accepted';
}

describe('checkUrl', () => {
  it.each([
    ['https://example.com/a.pdf', 'https://example.com/a.pdf'],
    ['HTTP://EXAMPLE.COM:80/a b?q=ü#part', 'http://example.com/a%20b?q=%C3%BC#part'],
    ['http://example.com.:8080', 'http://example.com.:8080/'],
    ['http://bücher.example/', 'http://xn--bcher-kva.example/'],
    ['http://93.184.216.34/', 'http://93.184.216.34/'],
    ['http://[2606:4700::1111]/', 'http://[2606:4700::1111]/'],
    ['http://[::ffff:93.184.216.34]/', 'http://[::ffff:5db8:d822]/'],
    ['http://localhost.example.com/', 'http://localhost.example.com/'],
  ])('when %s is public, then its normal form comes back', (text, href) => {
    expect(checkUrl(text).href).toBe(href);
  });

  it.each([
    ['empty', ''],
    ['no URL', 'report.pdf'],
    ['without a host', 'http://'],
    ['of an empty label', 'http://a..b/'],
    ['of the root', 'http://./'],
    ['with two trailing dots', 'http://localhost../'],
    ['with a label of 64 characters', `http://${'a'.repeat(64)}.example/`],
    ['with a host of 254 characters', `http://${'a.'.repeat(126)}aa/`],
    ['of port 0', 'http://example.com:0/'],
    ['of port 65536', 'http://example.com:65536/'],
    ['of an address with too large a number', 'http://256.1.1.1/'],
    ['with a user name', 'http://user@example.com/'],
    ['with a password', 'http://:secret@example.com/'],
    ['a file', 'file:///etc/passwd'],
    ['FTP', 'ftp://example.com/a.pdf'],
    ['data', 'data:text/plain,hello'],
    ['gopher', 'gopher://127.0.0.1:6379/_INFO'],
    ['a script', 'javascript:alert(1)'],
    ['of 2049 characters', `http://example.com/${'a'.repeat(2030)}`],
    ['of more than 2048 characters once encoded', `http://example.com/${'ü'.repeat(400)}`],
  ])('when the URL is %s, then E101', (_, text) => {
    expect(codeOf(() => checkUrl(text))).toBe('E101');
  });

  it('when it has exactly 2048 characters, then it is accepted', () => {
    expect(codeOf(() => checkUrl(`http://example.com/${'a'.repeat(2029)}`))).toBe('accepted');
  });

  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://0x7f.0.0.1./',
    'http://１２７.0.0.1/',
    'http://%31%32%37.0.0.1/',
    'http://0/',
    'http://10.1.2.3/',
    'http://172.31.255.255/',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://192.0.0.1/',
    'http://198.18.0.1/',
    'http://203.0.113.1/',
    'http://224.0.0.1/',
    'http://240.0.0.1/',
    'http://255.255.255.255/',
    'http://168.63.129.16/',
    'http://[::]/',
    'http://[::1]/',
    'http://[::127.0.0.1]/',
    'http://[::8.8.8.8]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:0a01:0203]/',
    'http://[::ffff:0:127.0.0.1]/',
    'http://[64:ff9b::127.0.0.1]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[64:ff9b:1::808:808]/',
    'http://[2002:7f00:1::]/',
    'http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/',
    'http://[2001:db8::1]/',
    'http://[fc00::1]/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://[fec0::1]/',
    'http://[ff02::1]/',
    'http://[100::1]/',
    'http://[4000::1]/',
    'http://localhost/',
    'http://LOCALHOST.:9200/',
    'http://ⓛocalhost/',
    'http://a.localhost/',
  ])('when the host is not public, as in %s, then E104', (text) => {
    expect(codeOf(() => checkUrl(text))).toBe('E104');
  });

  it('when an IPv6-only network maps a public IPv4 address, then it is accepted', () => {
    expect(codeOf(() => checkUrl('http://[64:ff9b::8.8.8.8]/'))).toBe('accepted');
  });

  it('when the URL is refused, then the message repeats neither its address nor its credentials', () => {
    for (const text of ['http://user:secret@10.1.2.3/', 'http://10.1.2.3/secret']) {
      expect(() => checkUrl(text)).toThrow(
        expect.objectContaining({ message: expect.not.stringMatching(/secret|10\./) }),
      );
    }
  });
});

describe('checkUrl in a trusted network', () => {
  it.each([
    'http://localhost:8080/',
    'http://127.0.0.1/',
    'http://10.1.2.3/',
    'http://172.16.0.1/',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://[::1]/',
    'http://[fd12::1]/',
    'http://[::ffff:10.1.2.3]/',
    'http://[64:ff9b::10.1.2.3]/',
    'https://example.com/',
  ])('when private addresses are allowed, then %s is accepted', (text) => {
    expect(codeOf(() => checkUrl(text, { allowPrivate: true }))).toBe('accepted');
  });

  it.each([
    'http://0.0.0.0/',
    'http://169.254.169.254/',
    'http://100.100.100.200/',
    'http://224.0.0.1/',
    'http://240.0.0.1/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://[ff02::1]/',
    'http://[::ffff:169.254.169.254]/',
  ])('when private addresses are allowed, then %s is still refused', (text) => {
    expect(codeOf(() => checkUrl(text, { allowPrivate: true }))).toBe('E104');
  });
});

describe('checkRedirect', () => {
  const from = new URL('https://example.com/folder/a');

  it.each([
    ['b.pdf', 'https://example.com/folder/b.pdf'],
    ['/b.pdf', 'https://example.com/b.pdf'],
    ['//other.example/b.pdf', 'https://other.example/b.pdf'],
    ['https://other.example:8443/b.pdf', 'https://other.example:8443/b.pdf'],
    [`/${'a'.repeat(2050)}`, `https://example.com/${'a'.repeat(2050)}`],
  ])('when the location is %s, then it is resolved against the URL', (location, href) => {
    expect(checkRedirect(from, location).href).toBe(href);
  });

  it.each([
    ['http://example.com/b', 'E104'],
    ['https://[::1]/', 'E104'],
    ['//169.254.169.254/', 'E104'],
    ['https://user:secret@example.com/', 'E101'],
    ['file:///etc/passwd', 'E101'],
    ['data:text/plain,x', 'E101'],
    ['https://', 'E101'],
  ])('when the location is %s, then %s', (location, code) => {
    expect(codeOf(() => checkRedirect(from, location))).toBe(code);
  });

  it('when it leads from http to https, then it is accepted', () => {
    expect(codeOf(() => checkRedirect(new URL('http://example.com/'), 'https://example.com/'))).toBe('accepted');
  });
});

describe('isAllowedAddress', () => {
  it.each([
    ['documentation', ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1', '3fff:fff::1']],
    ['benchmarks', ['198.18.0.1', '198.19.255.255', '2001:2::1']],
    ['this network, and special purposes', ['0.1.2.3', '192.0.0.9', '192.0.0.170', '2001:1::1', '100::1', '5f00::1']],
    [
      'relays and services of anycast',
      ['192.88.99.1', '192.175.48.1', '192.31.196.1', '192.52.193.1', '2620:4f:8000::1'],
    ],
    ['identifiers', ['2001:10::1', '2001:20::1', '2001:30::1']],
    ['tunnels', ['2002:808:808::', '2001::1', '2001:3::1']],
    ['translation', ['64:ff9b:1::808:808', '64:ff9b::a00:1', '::ffff:0:808:808']],
    ['IPv4-compatible addresses', ['::8.8.8.8', '::127.0.0.1', '0:0:0:0:0:0:8.8.8.8', '::808:808']],
    ['multicast', ['224.0.0.1', '239.255.255.255', 'ff0e::1']],
    ['one link or site', ['169.254.1.1', 'fe80::1', 'febf::1', 'fec0::1', 'fc00::1', 'fdff::1']],
  ])('when it is for %s, then it is refused', (_what, addresses) => {
    expect(addresses.filter((address) => isAllowedAddress(address))).toEqual([]);
  });

  it.each(['8.8.8.8', '1.1.1.1', '2001:4860:4860::8888', '2a00:1450::1', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'])(
    'when %s is asked for, then it is allowed',
    (address) => {
      expect(isAllowedAddress(address)).toBe(true);
    },
  );

  it.each(['', 'example.com', 'fe80::1%eth0', '127.0.0.1%eth0'])('when %j is asked for, then it is refused', (text) => {
    expect(isAllowedAddress(text)).toBe(false);
  });
});
