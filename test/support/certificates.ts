import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { serverAccount } from '../../src/database/embedded/account.js';
import { toolPath } from '../../scripts/bootstrap/tools.mjs';

/** Files in PEM format, readable by the account that servers run as. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const execute = promisify(execFile);

/** Certificate authorities of one test's own, and what they sign. */
export class CertificateFolder {
  private constructor(readonly folder: string) {}

  static async create(): Promise<CertificateFolder> {
    const folder = await mkdtemp(path.join(tmpdir(), 'docling-jobs-certificates-'));
    await chmod(folder, 0o711);
    return new CertificateFolder(folder);
  }

  /** A certificate that signs others, for two days. */
  async authority(name: string): Promise<Certificate> {
    const files = this.filesOf(name);
    const request = ['req', '-x509', ...NEW_KEY, '-subj', `/CN=${name}`, '-days', '2'];
    await this.openssl([...request, '-keyout', files.key, '-out', files.cert]);
    return files;
  }

  /**
   * A server's certificate.
   *
   * @param altNames as OpenSSL writes them: `DNS:localhost,IP:127.0.0.1`
   * @param days how long it is valid from now; a negative number: how long ago it expired
   */
  async server(name: string, signer: Certificate, altNames: string, days = 1): Promise<Certificate> {
    const files = this.filesOf(name);
    const request = `${files.cert}.csr`;
    const extension = ['-addext', `subjectAltName=${altNames}`];
    await this.openssl([
      'req',
      ...NEW_KEY,
      '-subj',
      `/CN=${name}`,
      ...extension,
      '-keyout',
      files.key,
      '-out',
      request,
    ]);
    const by = ['-CA', signer.cert, '-CAkey', signer.key, '-CAcreateserial', '-copy_extensions', 'copy'];
    await this.openssl(['x509', '-req', '-in', request, ...by, '-days', String(days), '-out', files.cert]);
    await chmod(files.key, 0o600);
    const { uid, gid } = await serverAccount(undefined);
    if (uid !== undefined && gid !== undefined) for (const file of Object.values(files)) await chown(file, uid, gid);
    return files;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private filesOf(name: string): Certificate {
    return { cert: path.join(this.folder, `${name}.pem`), key: path.join(this.folder, `${name}.key`) };
  }

  private async openssl(args: readonly string[]): Promise<void> {
    await execute('openssl', [...args], { env: { PATH: toolPath() }, timeout: 20_000 });
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
