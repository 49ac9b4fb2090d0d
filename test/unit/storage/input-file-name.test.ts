import { cleanFileName } from '../../../src/storage/file-name.js';

describe('cleanFileName', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['/etc/passwd', 'passwd'],
    ['C:\\Users\\me\\Größe.docx', 'Größe.docx'],
    ['  spaced .md ', 'spaced .md'],
    ['a\0b\r\n.pdf', 'ab.pdf'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['👩‍👩‍👧.png', '👩‍👩‍👧.png'],
    ['.htaccess', '.htaccess'],
  ])('when the name is %j, then it is kept as %j', (given, name) => {
    expect(cleanFileName(given)).toBe(name);
  });

  it.each(['', ' ', '.', '..', '/', 'a/', '\0', 'x/..'])('when nothing is left of %j, then null', (given) => {
    expect(cleanFileName(given)).toBeNull();
  });

  it('when a name is too long, then its end is cut off before the extension', () => {
    expect(cleanFileName(`${'😀'.repeat(300)}.pdf`)).toBe(`${'😀'.repeat(251)}.pdf`);
    expect(cleanFileName(`a.${'x'.repeat(300)}`)).toBe(`a.${'x'.repeat(253)}`);
    expect(cleanFileName('x'.repeat(255))).toBe('x'.repeat(255));
  });
});
