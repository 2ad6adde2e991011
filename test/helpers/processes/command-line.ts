import { Readable, Writable } from 'node:stream';
import { runCommandLine } from '../../../src/cli/command-line.ts';
import { root } from '../files/samples.ts';

/** How a command line ended, and all that it printed. */
export interface CommandLineResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the command line finds around it. Left out: the project's folder, no variables, an empty standard input. */
export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
}

/**
 * Runs a command line in this process, from its arguments to its exit code: a twentieth of what a process costs.
 * What depends on pipes, signals or terminals is for `runSluice`.
 */
export async function callSluice(
  args: readonly string[],
  { cwd = root, env = {}, input = '' }: Surroundings = {},
): Promise<CommandLineResult> {
  const stdout = new Collector();
  const stderr = new Collector();
  const stdin = Readable.from([Buffer.from(input)]);
  const code = await runCommandLine(args, {
    stdin,
    stdout,
    stderr,
    env,
    cwd,
    processId: process.pid,
    isAlive: () => false,
    workerEntry: new URL('../../../dist/worker.js', import.meta.url),
    onInterrupt: () => () => {},
  });
  stdin.destroy();
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** A stream that keeps what is written to it. */
class Collector extends Writable {
  readonly #chunks: Buffer[] = [];

  get text(): string {
    return Buffer.concat(this.#chunks).toString();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }
}
