import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** How a program is started. */
export interface ProcessOptions {
  /** Added to an environment that holds little but PATH, so that a test doesn't depend on who runs it. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** After this the process is killed, and whoever waits gets an error with the output so far. Default: 20,000. */
  readonly timeoutMs?: number;
  /** Whether it leads a process group, which can then be signalled as a terminal does it. Default: false. */
  readonly isGroupLeader?: boolean;
}

/** How a process ended: by `code`, or by `signal`. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** A process that has run to its end, and all that it printed. */
export interface ProcessResult extends ProcessExit {
  readonly stdout: string;
}

/** Runs a program to its end. Standard input is `input`, or empty. */
export async function runProcess(
  program: string,
  args: readonly string[],
  { input, ...options }: ProcessOptions & { readonly input?: string | Uint8Array } = {},
): Promise<ProcessResult> {
  const running = new LiveProcess(program, args, options);
  running.end(input);
  const stdout = await running.rest();
  return { stdout, ...(await running.exit()) };
}

/**
 * A running program, its three standard streams being pipes.
 *
 * Standard output is read only on demand, by `line` and `rest`: between calls this is a reader that has stalled
 * (the operating system's pipe and some tens of kilobytes here still fill up). Standard error is gathered all the time.
 */
export class LiveProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #exit: Promise<ProcessExit>;
  readonly #timeUp: Promise<never>;
  readonly #stderrChecks = new Set<() => void>();
  /** Set while someone waits for standard output. */
  #wake: (() => void) | undefined;
  /** Read from standard output, but not yet asked for. */
  #ahead = '';
  #given = '';
  #stderr = '';

  constructor(
    program: string,
    args: readonly string[],
    { env, cwd, timeoutMs = DEFAULT_TIMEOUT_MS, isGroupLeader = false }: ProcessOptions = {},
  ) {
    const inherited = Object.entries(process.env).filter(([name]) => INHERITED.includes(name));
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...Object.fromEntries(inherited), ...env },
      cwd,
      detached: isGroupLeader,
    });
    this.#child = child;
    child.stdout.setEncoding('utf8');
    // Listening from the start keeps Node from throwing unread output away when the process ends.
    for (const event of ['readable', 'end', 'close']) child.stdout.on(event, () => this.#wake?.());
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      for (const check of this.#stderrChecks) check();
    });
    // A process that ends without reading its input is no error of the test's.
    child.stdin.on('error', () => {});
    this.#exit = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        // The last of standard error may still be on its way.
        const finish = () => resolve({ code, signal, stderr: this.#stderr });
        if (child.stderr.readableEnded) finish();
        else child.stderr.once('end', finish);
      });
    });
    this.#timeUp = this.#limitTime(timeoutMs, args.join(' '));
    this.#exit.catch(() => {});
    this.#timeUp.catch(() => {});
  }

  /** The process id; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What has come on standard error so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /** True from the moment the process has ended. */
  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Writes to standard input. Resolves true when it has been taken, or false when nobody reads it any more. */
  write(input: string | Uint8Array): Promise<boolean> {
    const taken = new Promise<boolean>((resolve) => this.#child.stdin.write(input, (error) => resolve(error == null)));
    return this.#bounded(taken);
  }

  /** Writes the last of standard input, and closes it. */
  end(input: string | Uint8Array = ''): void {
    this.#child.stdin.end(input);
  }

  /** The next line of standard output, without its line feed; null after the last. */
  async line(): Promise<string | null> {
    for (;;) {
      const lineFeed = this.#ahead.indexOf('\n');
      if (lineFeed >= 0) return this.#take(lineFeed + 1).slice(0, -1);
      if (!(await this.#readMore())) return this.#take(this.#ahead.length) || null;
    }
  }

  /** All of standard output that has not been asked for yet, to its end. */
  async rest(): Promise<string> {
    while (await this.#readMore());
    return this.#take(this.#ahead.length);
  }

  /** Closes the reading end of standard output, as `head` does when it has seen enough. */
  closeStdout(): void {
    this.#child.stdout.destroy();
  }

  /** Resolves once `text` has come on standard error. Errors: when the process ends without it. */
  stderrIncludes(text: string): Promise<void> {
    const seen = new Promise<void>((resolve, reject) => {
      const check = () => {
        if (!this.#stderr.includes(text)) return;
        this.#stderrChecks.delete(check);
        resolve();
      };
      this.#stderrChecks.add(check);
      check();
      this.#exit.then(() => reject(this.#error(`the process ended without "${text}" on standard error`)), reject);
    });
    return this.#bounded(seen);
  }

  /** Sends a signal. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits for the end of the process. Standard output is not read meanwhile: a process with much to say would hang. */
  exit(): Promise<ProcessExit> {
    return this.#bounded(this.#exit);
  }

  /** Kills the process where it still runs, and waits for its end. Bound to this process, for `t.after`. */
  readonly stop = async (): Promise<void> => {
    if (!this.hasExited) this.kill('SIGKILL');
    this.closeStdout();
    await this.#exit.catch(() => {});
  };

  #bounded<Result>(promise: Promise<Result>): Promise<Result> {
    return Promise.race([promise, this.#timeUp]);
  }

  #limitTime(timeoutMs: number, name: string): Promise<never> {
    return new Promise((_, reject) => {
      const timer = setTimeout(() => {
        this.kill('SIGKILL');
        reject(this.#error(`${name} was still running after ${timeoutMs} ms`));
      }, timeoutMs);
      const stopTimer = () => clearTimeout(timer);
      this.#exit.then(stopTimer, stopTimer);
    });
  }

  /** Waits for more of standard output; false at its end. */
  async #readMore(): Promise<boolean> {
    const { stdout } = this.#child;
    for (;;) {
      const text: string | null = stdout.read();
      if (text !== null) {
        this.#ahead += text;
        return true;
      }
      if (stdout.readableEnded || stdout.destroyed) return false;
      await this.#bounded(new Promise<void>((resolve) => (this.#wake = resolve)));
    }
  }

  #take(length: number): string {
    const text = this.#ahead.slice(0, length);
    this.#ahead = this.#ahead.slice(length);
    this.#given = (this.#given + text).slice(-OUTPUT_SHOWN);
    return text;
  }

  #error(message: string): Error {
    const stdout = (this.#given + this.#ahead).slice(-OUTPUT_SHOWN);
    return new Error(`${message}\nstandard output: ${stdout}\nstandard error: ${this.#stderr.slice(-OUTPUT_SHOWN)}`);
  }
}

const DEFAULT_TIMEOUT_MS = 20_000;

/** Environment variables that the process gets from ours. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'NODE_V8_COVERAGE'];

/** How much of each output an error shows, from its end, in characters. */
const OUTPUT_SHOWN = 4000;
