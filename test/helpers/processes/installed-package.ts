import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../files/samples.ts';

const run = promisify(execFile);

/** The package as its users get it. */
export interface InstalledPackage {
  /** The empty folder that it was installed in. */
  readonly folder: string;
  /** The files of the package, in order: `dist/main.js`. */
  readonly files: readonly string[];
}

/** What npm says when there is no registry to be had. */
const NO_REGISTRY = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|E403|network/;

/**
 * Packs the project as it is built, and installs it in an empty folder, without running any script.
 * Gives undefined where the registry can't be reached. Errors: what npm said.
 */
export async function installPackage(folder: string): Promise<InstalledPackage | undefined> {
  const packing = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await run('npm', packing, { cwd: root });
  const [{ filename, files }] = JSON.parse(stdout);
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const installing = [
    'install',
    '--prefer-offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    join(folder, filename),
  ];
  try {
    await run('npm', installing, { cwd: folder });
  } catch (error) {
    if (NO_REGISTRY.test(String((error as { stderr?: unknown }).stderr))) return undefined;
    throw error;
  }
  return { folder, files: files.map(({ path }: { path: string }) => path).sort() };
}

/** A program that uses the package as a library: prints what it found at the URL of its first argument, as JSON. */
export const CONSUMER = `
import { checkPipeline, readLinks, runPipeline, VERSION } from 'sluice';
const [url] = process.argv.slice(2);
const fetch = { allowPrivate: true };
const found = [];
for await (const { links } of readLinks([url], { fetch })) found.push(...links.map((link) => link.url));
const pipeline = { source: { urls: { list: [url] } }, steps: [{ fetch }, 'links'], sink: { tsv: { path: 'links.tsv.zst' } } };
const isZstd = process.versions.zstd !== undefined;
if (!isZstd) pipeline.sink.tsv.path = 'links.tsv.gz';
const { end, totals } = await runPipeline(pipeline);
const problems = await checkPipeline({ ...pipeline, steps: ['fetsh', 'links'] });
console.log(JSON.stringify({ VERSION, found, end, rows: totals.rows, problems: problems.map(({ code }) => code) }));
`;

/** Writes a file of the installed package's user. Gives its path. */
export async function writeConsumer({ folder }: InstalledPackage, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

/** What that program must print, as a value, for a page that has the one link `/x`. */
export async function consumerOutput(origin: string): Promise<unknown> {
  const VERSION = await packageVersion();
  return { VERSION, found: [`${origin}/x`], end: 'finished', rows: 1, problems: ['unknown-stage'] };
}

/** The version that the package must say it has. */
export async function packageVersion(): Promise<string> {
  return JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).version;
}
