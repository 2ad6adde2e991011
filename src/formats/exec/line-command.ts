import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { ConfigError, StageError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';

/** Characters of the longest line that a command may answer with. */
const MAX_LINE = 1024 * 1024;

/** Characters at the end of a command's standard error that are told when it fails. */
const MAX_STDERR = 2000;

/** Time that a command has to end by itself once its input has ended, and again after a SIGTERM. */
const ENDING_MS = 2000;

/** What a command is, and how long it may take. */
export interface CommandSettings {
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly [program: string, ...rest: string[]];
  /** Folder in which it runs. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Longest time until the lines of one call have been answered. */
  readonly timeoutMs: number;
}

/** Lines that wait for their answers. */
interface Question {
  readonly count: number;
  readonly answers: string[];
  readonly timer: NodeJS.Timeout;
  readonly resolve: (answers: readonly string[]) => void;
  readonly reject: (error: StageError) => void;
}

/**
 * A running program that answers each line of its input with one line of its output, in order.
 *
 * Bound: the lines of the calls that were not waited for, and a line of output. Its output is read as fast as it comes: it is
 * no more than what was asked.
 * Errors: StageError `COMMAND_FAILED`, for the call and all later ones: it ended, it answered too late, too long or too often.
 */
export class LineCommand {
  readonly #settings: CommandSettings;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #questions: Question[] = [];
  readonly #exited: Promise<unknown>;
  #line = '';
  #stderr = '';
  #failure: StageError | undefined;

  private constructor(settings: CommandSettings, child: ChildProcessWithoutNullStreams) {
    this.#settings = settings;
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once('close', resolve));
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MAX_STDERR);
    });
    // Its end is told by `close`, behind all that it has said.
    child.stdin.on('error', () => {});
    child.once('close', (code, signal) =>
      this.#fail(signal === null ? `it ended with code ${code}` : `${signal} ended it`),
    );
  }

  /** Starts a program. Errors: ConfigError where there is none of that name. */
  static async start(settings: CommandSettings): Promise<LineCommand> {
    const [program, ...rest] = settings.command;
    const { folder, env } = settings;
    const child = spawn(program, rest, { cwd: folder, env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    try {
      await once(child, 'spawn');
    } catch (error) {
      throw new ConfigError(`${printable(program, 200)}: can't be run: ${(error as Error).message}`, { cause: error });
    }
    return new LineCommand(settings, child);
  }

  /** Gives the answers to lines, one each, in their order. A line holds no line feed. */
  async ask(lines: readonly string[]): Promise<readonly string[]> {
    if (this.#failure !== undefined) throw this.#failure;
    if (lines.length === 0) return [];
    const { timeoutMs } = this.#settings;
    return await new Promise((resolve, reject) => {
      const advice =
        'does it keep its output in a buffer? Many have an option against that: jq --unbuffered, python -u';
      const onTimeout = () => this.#fail(`no answer came within ${timeoutMs} ms: ${advice}`);
      const timer = setTimeout(onTimeout, timeoutMs);
      this.#questions.push({ count: lines.length, answers: [], timer, resolve, reject });
      this.#child.stdin.write(lines.map((line) => `${line}\n`).join(''));
    });
  }

  /** Ends its input, and it, too, where it does not end by itself. Never throws. */
  async close(): Promise<void> {
    this.#failure ??= this.#error('it was stopped');
    this.#child.stdin.end();
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const timer = setTimeout(() => this.#child.kill(signal), ENDING_MS);
      await Promise.race([this.#exited, new Promise((resolve) => setTimeout(resolve, ENDING_MS + 10).unref())]);
      clearTimeout(timer);
    }
    await this.#exited;
  }

  /** Ends it at once. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #read(text: string): void {
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) this.#answer(line);
    if (this.#line.length > MAX_LINE) this.#fail(`it answered with a line of more than ${MAX_LINE} characters`);
  }

  #answer(line: string): void {
    const [question] = this.#questions;
    if (question === undefined) {
      this.#fail('it answered with more lines than it was given');
      return;
    }
    question.answers.push(line);
    if (question.answers.length < question.count) return;
    this.#questions.shift();
    clearTimeout(question.timer);
    question.resolve(question.answers);
  }

  #fail(what: string): void {
    this.#failure ??= this.#error(what);
    this.#child.kill('SIGKILL');
    for (const { timer, reject } of this.#questions.splice(0)) {
      clearTimeout(timer);
      reject(this.#failure);
    }
  }

  #error(what: string): StageError {
    const said = this.#stderr.trim();
    const lastWords = said === '' ? '' : ` It said: ${printable(said, MAX_STDERR)}`;
    return new StageError(
      'COMMAND_FAILED',
      `${printable(this.#settings.command.join(' '), 200)}: ${what}.${lastWords}`,
    );
  }
}
