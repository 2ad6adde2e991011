import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { ConfigError, StageError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';

/** Characters of the longest line that a command may answer with. */
const MAX_LINE = 1024 * 1024;

/** Characters at the end of a command's standard error that are told when it fails. */
const MAX_STDERR = 2000;

/** Time that a command has to end by itself once its input has ended, and again after a SIGTERM; and its last answers to arrive. */
const ENDING_MS = 2000;

/** Sends a signal to all processes of a group that has the number of its leader. Never throws. */
export type KillGroup = (groupId: number, signal: NodeJS.Signals) => void;

/** What a command is, and how long it may take. */
export interface CommandSettings {
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly [program: string, ...rest: string[]];
  /** Folder in which it runs. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Longest time without an answer while lines wait for theirs. */
  readonly timeoutMs: number;
  /**
   * Present: the command leads a process group of its own. An interrupt from the terminal does not reach it then, so that what is
   * in flight can be finished; and what ends it, ends what it has started as well. Absent: it is in ours.
   */
  readonly killGroup?: KillGroup | undefined;
}

/** Lines that wait for their answers. */
interface Question {
  readonly count: number;
  readonly answers: string[];
  readonly resolve: (answers: readonly string[]) => void;
  readonly reject: (error: StageError) => void;
}

/**
 * A running program that answers each line of its input with one line of its output, in order.
 *
 * Bound: the lines of one call and what a pipe holds, beside a line of output: those of the next call are made when the program
 * has read on. Its output is read as fast as it comes: it is no more than what was asked.
 * Errors: StageError `COMMAND_FAILED`, for all calls that wait and all later ones: it ended, it closed its input, it answered
 * too late, too long or too often.
 */
export class LineCommand {
  readonly #settings: CommandSettings;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #questions: Question[] = [];
  /** Calls that wait until the program has read on. */
  readonly #waiting: (() => void)[] = [];
  readonly #closed: Promise<unknown>;
  #isClosing = false;
  #line = '';
  #stderr = '';
  #failure: StageError | undefined;
  /** Runs while anything waits, from the last answer on. */
  #silence: NodeJS.Timeout | undefined;
  /** Runs from the moment at which the program can give no more answers than those on their way. */
  #ending: NodeJS.Timeout | undefined;

  private constructor(settings: CommandSettings, child: ChildProcessWithoutNullStreams) {
    this.#settings = settings;
    this.#child = child;
    this.#closed = new Promise((resolve) => child.once('close', resolve));
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MAX_STDERR);
    });
    child.stdin.on('drain', () => this.#goOn());
    // Mostly because it has ended, or is about to: that is told by `close`, behind all that it has said.
    child.stdin.on('error', () => {
      if (!this.#hasExited) this.#endSoon(() => this.#fail('it closed its input before it had read all rows'));
    });
    // What it has started may hold its pipes open for ever.
    child.once('exit', () => {
      if (this.#isClosing) this.#letGo();
      else this.#endSoon(() => this.#letGo());
    });
    child.once('close', (code, signal) => {
      clearTimeout(this.#ending);
      this.#fail(signal === null ? `it ended with code ${code}` : `${signal} ended it`);
    });
  }

  /** Starts a program. Errors: ConfigError where there is none of that name. */
  static async start(settings: CommandSettings): Promise<LineCommand> {
    const [program, ...rest] = settings.command;
    const { folder, env, killGroup } = settings;
    const stdio = ['pipe', 'pipe', 'pipe'] satisfies ['pipe', 'pipe', 'pipe'];
    const child = spawn(program, rest, { cwd: folder, env: { ...env }, stdio, detached: killGroup !== undefined });
    try {
      await once(child, 'spawn');
    } catch (error) {
      throw new ConfigError(`${printable(program, 200)}: can't be run: ${(error as Error).message}`, { cause: error });
    }
    return new LineCommand(settings, child);
  }

  /**
   * Gives the answers to lines, one each, in their order. A line holds no line feed.
   *
   * `makeLines` is called when there is room for them.
   */
  async ask(makeLines: () => readonly string[]): Promise<readonly string[]> {
    const { stdin } = this.#child;
    while (this.#failure === undefined && stdin.writableNeedDrain) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#failure !== undefined) throw this.#failure;
    const lines = makeLines();
    if (lines.length === 0) return [];
    return await new Promise((resolve, reject) => {
      this.#questions.push({ count: lines.length, answers: [], resolve, reject });
      if (this.#silence === undefined) this.#listen();
      stdin.write(lines.map((line) => `${line}\n`).join(''));
    });
  }

  /** Ends its input, and it, too, where it does not end by itself. Never throws. */
  async close(): Promise<void> {
    this.#failure ??= this.#error('it was stopped');
    this.#isClosing = true;
    this.#child.stdin.end();
    if (this.#hasExited) this.#letGo();
    const term = setTimeout(() => this.#kill('SIGTERM'), ENDING_MS);
    const kill = setTimeout(() => this.#kill('SIGKILL'), 2 * ENDING_MS);
    await this.#closed;
    clearTimeout(term);
    clearTimeout(kill);
  }

  /** Ends it at once. */
  kill(): void {
    this.#kill('SIGKILL');
  }

  #read(text: string): void {
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) this.#answer(line);
    if (lines.length > 0) this.#listen();
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
    question.resolve(question.answers);
  }

  /** Counts the time without an answer from now on. */
  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
    if (this.#failure !== undefined || (this.#questions.length === 0 && this.#waiting.length === 0)) return;
    const { timeoutMs } = this.#settings;
    const advice = 'does it keep its output in a buffer? Many have an option against that: jq --unbuffered, python -u';
    const onSilence = () => this.#fail(`no answer came within ${timeoutMs} ms: ${advice}`);
    this.#silence = setTimeout(onSilence, timeoutMs);
  }

  /** Lets the calls that wait look for room again, the first one first. */
  #goOn(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }

  #fail(what: string): void {
    this.#failure ??= this.#error(what);
    this.#kill('SIGKILL');
    for (const { reject } of this.#questions.splice(0)) reject(this.#failure);
    this.#goOn();
    this.#listen();
  }

  /** What it has said, and what it has answered, may still be on its way. */
  #endSoon(end: () => void): void {
    clearTimeout(this.#ending);
    this.#ending = setTimeout(end, ENDING_MS);
  }

  /** Closes our ends of its pipes: `close` follows its exit then, whoever holds the others. */
  #letGo(): void {
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }

  get #hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #kill(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    const { killGroup } = this.#settings;
    // Its number may be another's by now.
    if (pid === undefined || this.#hasExited) return;
    if (killGroup === undefined) this.#child.kill(signal);
    else killGroup(pid, signal);
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
