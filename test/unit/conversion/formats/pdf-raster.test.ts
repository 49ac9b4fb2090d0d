import { toGraymap, turnedGray } from '../../../../src/conversion/formats/pdf/raster.js';

/** Kinds of decoded images as pdfjs numbers them. */
const [ONE_BIT, RGB, RGBA] = [1, 2, 3];

describe('the image of a scanned page', () => {
  it('when an image has one bit for each pixel, then each row starts at a whole byte', () => {
    const gray = turnedGray({ width: 9, height: 2, kind: ONE_BIT, data: Uint8Array.of(0xff, 0, 0, 0x80) }, 0);

    expect([...gray!.pixels]).toEqual([255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255]);
  });

  it.each([
    ['RGB', RGB, [255, 255, 255, 0, 0, 0, 255, 0, 0]],
    ['RGBA', RGBA, [255, 255, 255, 255, 0, 0, 0, 255, 255, 0, 0, 255]],
  ])('when an image is %s, then its pixels get their brightness', (_, kind, data) => {
    const gray = turnedGray({ width: 3, height: 1, kind, data: Uint8Array.from(data) }, 0);

    expect([...gray!.pixels]).toEqual([255, 0, 76]);
  });

  it('when the page is turned by a quarter, then so is the image, clockwise', () => {
    const data = Uint8Array.from([10, 20, 30, 40, 50, 60].flatMap((value) => [value, value, value]));

    const gray = turnedGray({ width: 3, height: 2, kind: RGB, data }, 90);

    expect(gray).toMatchObject({ width: 2, height: 3 });
    expect([...gray!.pixels]).toEqual([40, 10, 50, 20, 60, 30]);
  });

  it('when pdfjs could not decode the image, then there is none', () => {
    expect(turnedGray(null, 0)).toBeUndefined();
  });

  it('when it is written as a graymap, then the header names its size', () => {
    const graymap = toGraymap({ width: 2, height: 1, pixels: Uint8Array.of(0, 255) });

    expect(Buffer.from(graymap).toString('latin1')).toBe('P5\n2 1\n255\n\x00\xff');
  });
});
