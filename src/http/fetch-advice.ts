import type { Advice } from '../core/stage/stage-note.ts';

/** The options of `fetch` that can make each other pointless; durations in milliseconds. */
export interface FetchChoices {
  readonly concurrency: number;
  readonly perHost: number;
  readonly window: number;
  readonly timeout: number;
  readonly connectTimeout: number;
  readonly headersTimeout: number;
  readonly idleTimeout: number;
  readonly robots: boolean;
  readonly insecure: boolean;
  readonly allowPrivate: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** Says which of the options that a user wrote have no effect beside the others. */
export function fetchAdvice(options: FetchChoices, given: ReadonlySet<string>): readonly Advice[] {
  return RULES.flatMap(({ option, isPointless, text }) =>
    given.has(option) && isPointless(options) ? [{ option, text: text(options) }] : [],
  );
}

/** A rule about an option, where it was written. */
interface Rule {
  readonly option: string;
  readonly isPointless: (options: FetchChoices) => boolean;
  readonly text: (options: FetchChoices) => string;
}

const RULES: readonly Rule[] = [
  {
    option: 'perHost',
    isPointless: ({ perHost, concurrency }) => perHost > concurrency,
    text: ({ concurrency }) => `is above concurrency (${concurrency}): no host ever gets so many`,
  },
  {
    option: 'window',
    isPointless: ({ window, concurrency }) => window < concurrency,
    text: ({ concurrency }) => `is below concurrency (${concurrency}), which counts instead`,
  },
  ...(['connectTimeout', 'headersTimeout', 'idleTimeout'] as const).map((option) => ({
    option,
    isPointless: (options: FetchChoices) => options[option] > options.timeout,
    text: () => 'is longer than timeout, which ends the attempt before',
  })),
  ...['maxCrawlDelay', 'disallowed'].map((option) => ({
    option,
    isPointless: ({ robots }: FetchChoices) => !robots,
    text: () => 'has no effect unless robots is true',
  })),
  {
    option: 'ca',
    isPointless: ({ insecure }) => insecure,
    text: () => 'has no effect beside insecure, which accepts any certificate',
  },
  {
    option: 'allowAddresses',
    isPointless: ({ allowPrivate }) => allowPrivate,
    text: () => 'has no effect beside allowPrivate, which allows all addresses',
  },
  {
    option: 'userAgent',
    isPointless: ({ headers }) => Object.keys(headers).some((name) => name.toLowerCase() === 'user-agent'),
    text: () => 'has no effect beside the User-Agent in headers',
  },
];
