import { ConfigError, RecordError, StageError } from '../errors.ts';
import { failureCodes } from '../failure-codes.ts';
import { skipReasons } from '../outcome.ts';
import { printable } from '../printable.ts';
import type { AnyRecord, Kind, Records } from '../record.ts';
import type { Step } from '../stage.ts';
import { OwnCodes } from '../user-code/own-code.ts';

/** A user's own step, which no compiler may have seen. */
export interface OwnStep {
  /** Its module, for messages. */
  readonly name: string;
  /** The kind of record that it says it gives. */
  readonly output: Kind | 'same';
  /** Its `create`, with the arguments in it. */
  create(): unknown;
}

/**
 * Makes a step of a user's own, and keeps what is wrong with it from the run.
 *
 * What `process` throws fails the record: by its code where that is a RecordError's, and one of ours or an own one (see `OwnCodes`),
 * else as `step`. So does what it gives that is no record of the kind: no other stage meets it. `concurrency` is 1 where it is
 * left out.
 * Errors: ConfigError where `create` throws, or gives no step; StageError `STEP_FAILED` where `open` or `close` throws.
 */
export function guardedStep({ name, output, create }: OwnStep): Step<Kind, Kind> {
  const step = made(name, create);
  const codes = new OwnCodes();
  const process = (record: AnyRecord) => {
    const kind = output === 'same' ? record.kind : output;
    try {
      const result: unknown = step.process(record);
      if (isThenable(result))
        return Promise.resolve(result).then(
          (value) => checked(value, kind, codes),
          (error: unknown) => rethrow(error, codes),
        );
      return checked(result, kind, codes);
    } catch (error) {
      return rethrow(error, codes);
    }
  };
  const { open, close } = step;
  return {
    process,
    get concurrency() {
      return step.concurrency ?? 1;
    },
    ...(step.ordered === undefined ? {} : { ordered: step.ordered }),
    ...(step.onRoom === undefined ? {} : { onRoom: step.onRoom.bind(step) }),
    ...(open === undefined ? {} : { open: () => called(name, 'open', () => open.call(step)) }),
    ...(step.save === undefined ? {} : { save: step.save.bind(step) }),
    ...(step.progress === undefined ? {} : { progress: step.progress.bind(step) }),
    ...(close === undefined ? {} : { close: () => called(name, 'close', () => close.call(step)) }),
  };
}

/** What a user's `create` must give at least. */
type Loose = Omit<Step<Kind, Kind>, 'concurrency'> & { readonly concurrency?: number };

function made(name: string, create: () => unknown): Loose {
  const step = given(name, create) as Partial<Loose> | null | undefined;
  if (isThenable(step)) throw new ConfigError(`${name}: create gives a promise: what takes time belongs in open`);
  if (typeof step?.process !== 'function') {
    throw new ConfigError(`${name}: create gives ${shown(step)}: expected an object with the function process`);
  }
  const { concurrency = 1 } = step;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new ConfigError(`${name}: concurrency is ${shown(concurrency)}: expected a whole number of at least 1`);
  }
  return step as Loose;
}

function given(name: string, create: () => unknown): unknown {
  try {
    return create();
  } catch (error) {
    if (isOfTheRun(error)) throw error;
    throw new ConfigError(`${name}: create throws: ${messageOf(error)}`, { cause: error });
  }
}

async function called(name: string, method: string, call: () => unknown): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (isOfTheRun(error)) throw error;
    throw new StageError('STEP_FAILED', `${name}: ${method} throws: ${messageOf(error)}`, { cause: error });
  }
}

/** A result that is one. Errors: RecordError `step`. */
function checked(result: unknown, kind: Kind, codes: OwnCodes): Records[Kind] {
  const found = result as Shape | null | undefined;
  if (found?.kind === 'skip') checkReason(found.reason, codes);
  if (found?.kind === 'skip' || found?.kind === 'abandon') return result as Records[Kind];
  if (found?.kind !== kind || found.origin === undefined || !hasContent(found)) {
    const expected = `expected a record of the kind ${kind} that is made of the one it gets, or what skip() gives`;
    throw new RecordError('step', `the step gives ${shown(result)}: ${expected}`);
  }
  return result as Records[Kind];
}

function checkReason(reason: unknown, codes: OwnCodes): void {
  if (skipReasons.some((known) => known === reason)) return;
  const problem = codes.problemOf(reason);
  if (problem !== undefined) throw new RecordError('step', `the reason for which the step skips: ${problem}`);
}

function hasContent({ kind, url, response, body, links, page }: Shape): boolean {
  if (kind === 'url') return url instanceof URL;
  if (kind === 'page') return response !== undefined && typeof body?.read === 'function';
  return page !== undefined && Array.isArray(links) && links.every((link) => typeof link?.url === 'string');
}

/** What a record of any kind, or an outcome, may have. */
interface Shape {
  readonly kind?: Kind | 'skip' | 'abandon';
  readonly origin?: unknown;
  readonly reason?: unknown;
  readonly url?: unknown;
  readonly response?: unknown;
  readonly body?: { readonly read?: unknown } | null;
  readonly links?: unknown;
  readonly page?: unknown;
}

/** What a user's step throws is made ours: it may come from another copy of our classes, or be any error at all. */
function rethrow(error: unknown, codes: OwnCodes): never {
  if (isOfTheRun(error)) throw error;
  const { name, code, facts } = (error ?? {}) as Partial<Omit<RecordError, 'name'>> & { readonly name?: string };
  const details = { cause: error, ...(facts && { facts }) };
  if (name !== 'RecordError' || code === undefined) throw new RecordError('step', messageOf(error), details);
  const problem = Object.hasOwn(failureCodes, code) ? undefined : codes.problemOf(code);
  if (problem !== undefined) throw new RecordError('step', `${messageOf(error)} (its code: ${problem})`, details);
  throw error instanceof RecordError ? error : new RecordError(code, messageOf(error), details);
}

/** Errors that are not about one record. */
const OF_THE_RUN: readonly string[] = ['StageError', 'ConfigError', 'AbortError', 'OutcomeError'];

function isOfTheRun(error: unknown): boolean {
  return OF_THE_RUN.includes((error as { readonly name?: string } | null | undefined)?.name ?? '');
}

function messageOf(error: unknown): string {
  const { message } = (error ?? {}) as { readonly message?: unknown };
  return printable(String(message ?? error), 500);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}

/** A value as a message can show it. */
function shown(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'number') return String(value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const { kind } = value as { readonly kind?: unknown };
  return typeof kind === 'string' ? `an incomplete record of the kind ${printable(kind, 20)}` : 'an object';
}
