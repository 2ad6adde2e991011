import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientOptions } from '../../src/http/client-options.ts';
import { compiled } from '../compiled.ts';
import { measuredRun, type Usage } from '../measured-run.ts';

/** What the engine is to do. */
export interface EngineJob {
  /** What differs from the defaults of the step `fetch`; private addresses are allowed. */
  readonly client?: Partial<ClientOptions>;
  /** The run is stopped after this many pages. All of the list unless given. */
  readonly enough?: number;
  /** Whether memory and descriptors are read along the way. Linux only. */
  readonly readsMemory?: boolean;
}

/** Memory and descriptors after a number of pages. */
export interface MemoryReading {
  readonly pages: number;
  readonly rssBytes: number;
  /** Open ones, those that were open before the first request left out. */
  readonly descriptors: number;
}

/** What a run of the engine came to. */
export interface EngineReport {
  readonly pages: number;
  /** Of all bodies. */
  readonly bytes: number;
  /** How many URLs failed, by code. */
  readonly failures: Readonly<Record<string, number>>;
  /** From the first request to the end of the last page. */
  readonly elapsedMs: number;
  /** Every 1,000 pages, where the job asks for it. */
  readonly readings: readonly MemoryReading[];
  /** Descriptors open after the end, less those before the beginning, where the job asks for it. */
  readonly descriptorsLeft: number;
}

/** The defaults of the step `fetch`, but for the address guard. */
const CLIENT: ClientOptions = {
  concurrency: 64,
  perHost: 6,
  delayMs: 0,
  hostDownAfter: 10,
  timeoutMs: 30_000,
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 20_000,
  idleTimeoutMs: 15_000,
  retries: 2,
  maxRetryAfterMs: 60_000,
  maxRedirects: 10,
  maxBytes: 10_000_000,
  truncate: false,
  headers: {},
  userAgent: 'sluice-bench',
  insecure: false,
  allowPrivate: true,
};

/** URLs that are looked ahead over: the default of the step `fetch`. */
const WINDOW = 2_048;

/** Fetches a list (a URL a line) with the engine, in a process of its own, and gives what it did and what that took. */
export async function engineRun(list: string, job: EngineJob = {}): Promise<{ report: EngineReport; usage: Usage }> {
  return await withFolder(async (folder) => {
    const paths = { list: join(folder, 'list.txt'), report: join(folder, 'report.json') };
    await writeFile(paths.list, list);
    const client = { ...CLIENT, ...job.client };
    const engine = (await compiled('http/client.ts')).href;
    const usage = await measuredRun(new URL('client.mjs', import.meta.url), [
      JSON.stringify({ ...job, ...paths, client, engine, window: WINDOW }),
    ]);
    return { report: JSON.parse(await readFile(paths.report, 'utf8')), usage };
  });
}

/** Fetches a list with bare undici, which reads the bodies and drops them, and gives their bytes and what that took. */
export async function bareRun(list: string): Promise<{ bytes: number; usage: Usage }> {
  return await withFolder(async (folder) => {
    const paths = [join(folder, 'list.txt'), join(folder, 'bytes.txt')] as const;
    await writeFile(paths[0], list);
    const usage = await measuredRun(new URL('../clients/bare-undici.mjs', import.meta.url), paths);
    return { bytes: Number(await readFile(paths[1], 'utf8')), usage };
  });
}

async function withFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
