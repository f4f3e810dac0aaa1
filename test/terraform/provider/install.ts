/** The small provider as a package that Terraform installs: a mirror on disk, its hash, and the lock file that names it. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOURCE = 'registry.terraform.io/test/acme';
const VERSION = '1.0.0';
const PROGRAM = `terraform-provider-acme_v${VERSION}`;
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest();

export interface InstalledProvider {
  /** A folder with a file for each disk. */
  cloud: string;
  program: string;
  /** Lines of the workspace in the policy. */
  settings: string;
  /** The configuration of a root module. */
  versions: string;
  lockFile: string;
  disks(): Record<string, unknown>[];
  /** What the provider has begun, or made: the id of its process, once it has. */
  noted(what: string): number | undefined;
  go(): void;
  stop(): void;
  close(): void;
}

export function installProvider(): InstalledProvider {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-acme-'));
  const [cloud, mirror] = [join(folder, 'cloud'), join(folder, 'mirror')];
  const goes = join(cloud, 'go');
  const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const place = join(mirror, SOURCE, VERSION, platform);
  const program = join(place, PROGRAM);
  const text = `#!${process.execPath}\nimport(${JSON.stringify(join(import.meta.dirname, 'acme.ts'))});\n`;
  for (const one of [cloud, place]) mkdirSync(one, { recursive: true });
  writeFileSync(program, text);
  chmodSync(program, 0o755);
  // As golang.org/x/mod/sumdb/dirhash, Hash1, has it of a folder.
  const hash = `h1:${sha256(`${sha256(text).toString('hex')}  ${PROGRAM}\n`).toString('base64')}`;
  return {
    cloud,
    program,
    settings: `    provider_packages: ${mirror}
    providers: { ${SOURCE}: { hashes: ["${hash}"] } }
    provider_blocks: { acme: [{ cloud: "${cloud}" }] }
`,
    versions: `terraform {
  required_providers {
    acme = {
      source = "test/acme"
    }
  }
}
provider "acme" {
  cloud = "${cloud}"
}
`,
    lockFile: `provider "${SOURCE}" {\n  version = "${VERSION}"\n  hashes = [\n    "${hash}",\n  ]\n}\n`,
    disks: () =>
      readdirSync(cloud)
        .filter((name) => name.endsWith('.json'))
        .map((name) => JSON.parse(readFileSync(join(cloud, name), 'utf8'))),
    noted(what) {
      const file = join(cloud, `${what}.note`);
      const pid = existsSync(file) ? readFileSync(file, 'utf8') : '';
      return pid === '' ? undefined : Number(pid);
    },
    go: () => writeFileSync(goes, ''),
    stop: () => rmSync(goes, { force: true }),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export const disk = (name: string, lines = '', label = 'a') =>
  `resource "acme_disk" "${label}" {\n  name = "${name}"\n${lines}\n}\n`;
