import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { HostServer } from '../engine/host-server.ts';
import { startMeasured, type Usage } from '../measured-run.ts';
import { residentBytes } from '../resident.ts';

/** What is run, and where what it writes is to be looked for. */
export interface WatchedJob {
  readonly server: HostServer;
  readonly args: readonly string[];
  readonly output: string;
  readonly checkpoint: string;
  /** Length of the output before the run; undefined where there was none: its header is no row then. */
  readonly outputBytes?: number;
  /** Pages after which it is killed. */
  readonly killAfter?: number;
}

/** Memory after a number of pages. */
export interface Reading {
  readonly pages: number;
  readonly rssBytes: number;
}

/** What was seen of a run. */
export interface WatchedRun {
  /** Undefined where it was killed. */
  readonly usage: Usage | undefined;
  /** From the start of the process until the first new row was in the output. */
  readonly firstRowMs: number;
  /** Memory when that row was there. */
  readonly firstRowRssBytes: number;
  /** Along the way. */
  readonly readings: readonly Reading[];
  /** The most that the checkpoint took; and its file of the step `dedupe`. */
  readonly checkpointBytes: number;
  readonly dedupeBytes: number;
}

const ROW_POLL_MS = 5;
const SIZE_POLL_MS = 100;

/** Runs the command, looks at its files and its memory meanwhile, and kills it where asked to. Errors: where its exit code is not 0. Linux only. */
export async function watchedRun(job: WatchedJob): Promise<WatchedRun> {
  const { server, args, killAfter = Number.POSITIVE_INFINITY } = job;
  const before = server.served;
  const startedAt = performance.now();
  const program = startMeasured(new URL('../../dist/main.js', import.meta.url), args);
  const readings: Reading[] = [];
  const end = server.onServed((served) => {
    const rssBytes = residentBytes(program.processId);
    if (rssBytes !== undefined) readings.push({ pages: served - before, rssBytes });
    if (served - before >= killAfter) program.kill();
  });
  const watch = new FileWatch(job, program.processId, startedAt);
  try {
    const usage = await Promise.race([program.ended, watch.untilStopped()]);
    return { usage: usage ?? undefined, readings, ...watch.seen() };
  } finally {
    watch.stop();
    end();
  }
}

/** Looks at the files of a run: often until there is a row, then seldom. */
class FileWatch {
  readonly #job: WatchedJob;
  readonly #processId: number | undefined;
  readonly #startedAt: number;
  readonly #stopping = new AbortController();
  #firstRow: { readonly firstRowMs: number; readonly firstRowRssBytes: number } | undefined;
  #checkpointBytes = 0;

  constructor(job: WatchedJob, processId: number | undefined, startedAt: number) {
    this.#job = job;
    this.#processId = processId;
    this.#startedAt = startedAt;
  }

  /** Never resolves; rejects where a file can't be looked at. */
  async untilStopped(): Promise<never> {
    for (;;) {
      this.#look();
      await delay(this.#firstRow === undefined ? ROW_POLL_MS : SIZE_POLL_MS, undefined, this.#stopping);
    }
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** A run that is to be killed may be gone before its first row. Errors: where no row was seen of another. */
  seen() {
    this.#look();
    const { output, checkpoint, killAfter } = this.#job;
    if (this.#firstRow === undefined && killAfter === undefined) throw new Error(`${output} has no new row`);
    const firstRow = this.#firstRow ?? { firstRowMs: Number.NaN, firstRowRssBytes: Number.NaN };
    return { ...firstRow, checkpointBytes: this.#checkpointBytes, dedupeBytes: sizeOf(`${checkpoint}.dedupe`) };
  }

  #look(): void {
    const { output, outputBytes, checkpoint } = this.#job;
    this.#checkpointBytes = Math.max(this.#checkpointBytes, sizeOf(checkpoint));
    if (this.#firstRow !== undefined || sizeOf(output) <= (outputBytes ?? headerBytes(output))) return;
    const firstRowMs = performance.now() - this.#startedAt;
    this.#firstRow = { firstRowMs, firstRowRssBytes: residentBytes(this.#processId) ?? Number.NaN };
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Infinity as long as there is no whole header. */
function headerBytes(path: string): number {
  if (sizeOf(path) === 0) return Number.POSITIVE_INFINITY;
  const buffer = Buffer.alloc(1_024);
  const file = openSync(path, 'r');
  try {
    const end = buffer.subarray(0, readSync(file, buffer)).indexOf('\n');
    return end === -1 ? Number.POSITIVE_INFINITY : end + 1;
  } finally {
    closeSync(file);
  }
}
