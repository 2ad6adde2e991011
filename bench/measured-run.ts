import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** What a program has used from its start to its end, all its threads together. */
export interface Usage {
  /** User and system time. */
  readonly cpuMicros: number;
  readonly peakRssBytes: number;
  readonly elapsedMs: number;
}

/** A program that runs and is measured. */
export interface MeasuredProcess {
  readonly processId: number | undefined;
  /** Ends it at once, as a crash would. */
  kill(): void;
  /** What it has used, once it has ended; undefined where it was killed. Rejects where its exit code is not 0. */
  readonly ended: Promise<Usage | undefined>;
}

/**
 * Starts a JavaScript file in a Node process of its own.
 *
 * The process reports what it has used itself at its end, through a hook that is loaded before the file and costs well below
 * a millisecond. Standard input and output are closed.
 */
export function startMeasured(script: URL, args: readonly string[]): MeasuredProcess {
  const hook = new URL('usage-hook.mjs', import.meta.url).href;
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--import', hook, script.pathname, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  const report = text(child.stdio[3] as Readable);
  const end = async () => {
    const [code, signal] = await once(child, 'exit');
    const elapsedMs = performance.now() - startedAt;
    if (signal === 'SIGKILL') return undefined;
    if (code !== 0) throw new Error(`${script.pathname} ended with exit code ${code}`);
    return { ...JSON.parse(await report), elapsedMs };
  };
  return { processId: child.pid, kill: () => child.kill('SIGKILL'), ended: end() };
}

/** Runs a JavaScript file as `startMeasured` does, and gives what that has used. Errors: rejects where the exit code is not 0. */
export async function measuredRun(script: URL, args: readonly string[]): Promise<Usage> {
  const usage = await startMeasured(script, args).ended;
  if (usage === undefined) throw new Error(`${script.pathname} was killed`);
  return usage;
}
