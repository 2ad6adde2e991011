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

/**
 * Runs a JavaScript file in a Node process of its own and gives what that has used.
 *
 * The process reports it itself at its end, through a hook that is loaded before the file and costs well below a
 * millisecond. Standard input and output are closed. Errors: rejects where the exit code is not 0.
 */
export async function measuredRun(script: URL, args: readonly string[]): Promise<Usage> {
  const hook = new URL('usage-hook.mjs', import.meta.url).href;
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--import', hook, script.pathname, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  const report = text(child.stdio[3] as Readable);
  const [code] = await once(child, 'exit');
  const elapsedMs = performance.now() - startedAt;
  if (code !== 0) throw new Error(`${script.pathname} ended with exit code ${code}`);
  return { ...JSON.parse(await report), elapsedMs };
}
