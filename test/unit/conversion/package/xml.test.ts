import { LIMITS } from '../../../../src/conversion/limits.js';
import { parseXml, streamXml } from '../../../../src/conversion/package/xml-reader.js';

const W = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';

const parse = (xml: string) => parseXml(Buffer.from(xml));

describe('parseXml', () => {
  it('when a file has prefixes of its own, then names carry the usual ones', () => {
    const root = parse(`<x:p xmlns:x="${W}" x:val="1" plain="2"><x:r>a<![CDATA[<b>]]></x:r><other/></x:p>`);
    expect(root.name).toBe('w:p');
    expect(root.attributes).toEqual({ 'w:val': '1', plain: '2' });
    expect(root.path('w:r')?.text).toBe('a<b>');
    expect(root.elements().map(({ name }) => name)).toEqual(['w:r', 'other']);
  });

  it('when a part is UTF-16, then it reads the same', () => {
    expect(parseXml(Buffer.from('\ufeff<a>ä</a>', 'utf16le')).text).toBe('ä');
    expect(parseXml(Buffer.from('\ufeff<a>ä</a>', 'utf16le').swap16()).text).toBe('ä');
  });

  it.each([
    ['is not well-formed', '<a><b></a>'],
    ['is empty', ''],
    ['is cut off', '<a><b/>'],
    ['uses an unknown entity', '<a>&own;</a>'],
    ['declares entities', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
    ['fetches an external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
  ])('when a part %s, then E004', (_, xml) => {
    expect(() => parse(xml)).toThrow(expect.objectContaining({ code: 'E004' }));
  });

  it('when elements nest too deeply, then E305', () => {
    expect(() => parse('<a>'.repeat(LIMITS.depth + 1))).toThrow(expect.objectContaining({ code: 'E305' }));
  });

  it('when one tag or text goes on without end, then E305', () => {
    const endless = 'x'.repeat(17 * 1024 * 1024);
    expect(() => parse(`<a b="${endless}"/>`)).toThrow(expect.objectContaining({ code: 'E305' }));
    expect(() => parse(`<a>${endless}</a>`)).toThrow(expect.objectContaining({ code: 'E305' }));
  });

  it('when there are too many nodes, then E305', () => {
    const xml = Buffer.from(`<a>${'<b/>'.repeat(LIMITS.nodes)}</a>`);
    expect(() => parseXml(xml)).toThrow(expect.objectContaining({ code: 'E305' }));
  });
});

describe('streamXml', () => {
  async function* pieces(...parts: string[]) {
    for (const part of parts) yield await Promise.resolve(Buffer.from(part));
  }
  const ignore = { open: () => undefined, close: () => undefined, text: () => undefined };

  it('when pieces arrive, then handlers hear local names, attributes and text', async () => {
    const heard: string[] = [];
    await streamXml(pieces('<x:a xmlns:x="y" k="', 'v">t&amp;', 'u</x:a>'), {
      open: (name, attributes) => heard.push(`open ${name} ${attributes['k']}`),
      close: (name) => heard.push(`close ${name}`),
      text: (text) => heard.push(`text ${text}`),
    });
    expect(heard).toEqual(['open a v', 'text t&u', 'close a']);
  });

  it('when a character is split between pieces, then it survives', async () => {
    const bytes = Buffer.from('<a>ä</a>');
    let text = '';
    const halves = (async function* () {
      yield await Promise.resolve(bytes.subarray(0, 4));
      yield bytes.subarray(4);
    })();
    await streamXml(halves, { ...ignore, text: (piece) => (text += piece) });
    expect(text).toBe('ä');
  });

  it('when the stream is not well-formed or has a DOCTYPE, then E004', async () => {
    await expect(streamXml(pieces('<a>', '</b>'), ignore)).rejects.toMatchObject({ code: 'E004' });
    await expect(streamXml(pieces('<!DOCTYPE a><a/>'), ignore)).rejects.toMatchObject({ code: 'E004' });
  });

  it('when elements nest too deeply, then E305', async () => {
    await expect(streamXml(pieces('<a>'.repeat(LIMITS.depth + 1)), ignore)).rejects.toMatchObject({ code: 'E305' });
  });
});
