/**
 * `npm start`: serves the sample site on a free port and runs the demo pipeline, pipelines/links.yaml, against it.
 *
 * Rows go to standard output, the summary to standard error; the exit code is that of `sluice`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSampleSite } from './site.ts';

const root = join(import.meta.dirname, '..');
const site = await startSampleSite({ port: 0 });
const folder = await mkdtemp(join(tmpdir(), 'sluice-demo-'));
try {
  process.exitCode = await runDemo(await copyUrls());
} finally {
  await rm(folder, { recursive: true });
  await site.close();
}

/** Writes the sample list with the port that we have got in place of 8080, and gives the path. */
async function copyUrls(): Promise<string> {
  const path = join(folder, 'urls.txt');
  const text = await readFile(join(import.meta.dirname, 'urls.txt'), 'utf8');
  await writeFile(path, text.replaceAll('http://127.0.0.1:8080', site.origin));
  return path;
}

async function runDemo(urlsPath: string): Promise<number> {
  const child = spawn(process.execPath, ['dist/main.js', 'run', 'pipelines/links.yaml'], {
    cwd: root,
    env: { ...process.env, SLUICE_SAMPLE_URLS: urlsPath },
    stdio: 'inherit',
  });
  // A ^C reaches the child as well, which then finishes what is in flight; we only have to outlive it and tidy up.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
