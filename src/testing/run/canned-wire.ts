import type { Clock } from '../../core/clock.ts';
import { RecordError } from '../../core/errors.ts';
import type { Wire, WireAnswer, WireRequest } from '../../core/wire.ts';
import { nearestName } from '../../pipeline/checks/problems.ts';
import type { SentRequest } from '../compare/request-table.ts';
import type { CannedAnswer, CannedAnswers } from '../document/test-file.ts';
import type { FailureName } from '../document/test-keys.ts';

/** Bodies are given in pieces of so many bytes. */
const CHUNK_BYTES = 16_384;

interface Rule {
  /** The URL or the pattern. */
  readonly url: string;
  readonly answers: readonly CannedAnswer[];
  readonly matches: (url: string) => boolean;
  /** How many requests it has answered, by URL. */
  readonly used: Map<string, number>;
}

/** Answers requests from a list. What is not listed gets no answer, and is noted. */
export class CannedWire implements Wire {
  readonly #rules: readonly Rule[];
  readonly #clock: Clock;
  readonly #requests: SentRequest[] = [];
  readonly #unanswered = new Set<string>();

  /** Where several fit a URL, one without `*` goes before a pattern, and of patterns the first one. */
  constructor(answers: readonly CannedAnswers[], clock: Clock) {
    const sorted = answers.toSorted((left, right) => Number(isPattern(left)) - Number(isPattern(right)));
    this.#rules = sorted.map((one) => ({ ...one, matches: matcherOf(one), used: new Map() }));
    this.#clock = clock;
  }

  /** All requests, in the order in which they were made. */
  get requests(): readonly SentRequest[] {
    return this.#requests;
  }

  /** What was asked for and had no answer: each URL once, in the order of the requests, with the URL that may be meant. */
  get unanswered(): readonly string[] {
    const known = this.#rules.map(({ url }) => url);
    return [...this.#unanswered].map((url) => {
      const nearest = nearestName(url, known);
      return `no answer for GET ${url}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`;
    });
  }

  /** The answers that nothing has asked for, wholly or in part: a misspelt URL, or a request that is no longer made. */
  get unused(): readonly string[] {
    return this.#rules.flatMap(({ url, answers, used }) => {
      const most = Math.max(0, ...used.values());
      if (most >= answers.length) return [];
      return most === 0 ? `nothing asks for ${url}` : `of ${answers.length} answers for ${url}, ${most} asked for`;
    });
  }

  async answer(request: WireRequest): Promise<WireAnswer> {
    const { url, headers: sent, signal } = request;
    this.#requests.push({ url, headers: sent });
    const answer = this.#next(url);
    if (answer === undefined) {
      this.#unanswered.add(url);
      throw new RecordError('connect-refused', `no answer for GET ${url}`);
    }
    const { failure, status, headers, body, delay } = answer;
    if (failure !== undefined && failure in connectErrors) {
      await this.#wait(delay, signal);
      throw connectErrors[failure]?.(url);
    }
    if (failure === 'connect-timeout') await never(signal);
    request.connected();
    await this.#wait(delay, signal);
    if (failure === 'timeout') await never(signal);
    if (failure !== undefined && failure in answerErrors) throw answerErrors[failure]?.(url);
    return { status, headers: fieldsOf(headers, body), body: this.#pieces(body, failure, signal) };
  }

  #next(url: string): CannedAnswer | undefined {
    const rule = this.#rules.find(({ matches }) => matches(url));
    if (rule === undefined) return undefined;
    const { answers, used } = rule;
    const count = (used.get(url) ?? 0) + 1;
    used.set(url, count);
    return answers[Math.min(count, answers.length) - 1];
  }

  async *#pieces(
    body: Uint8Array | undefined,
    failure: FailureName | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const bytes = body ?? new Uint8Array();
    for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
      yield bytes.subarray(start, start + CHUNK_BYTES);
    }
    if (failure === 'truncated') throw errorWith('ECONNRESET', 'read ECONNRESET');
    if (failure === 'stalled') await never(signal);
  }

  #wait(ms: number, signal: AbortSignal): Promise<void> | undefined {
    if (ms === 0) return undefined;
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, resolve);
      signal.addEventListener(
        'abort',
        () => {
          cancel();
          resolve();
        },
        { once: true },
      );
    });
  }
}

type Errors = { readonly [Name in FailureName]?: (url: string) => Error };

/** Before the connection stands. */
const connectErrors: Errors = {
  refused: () => errorWith('ECONNREFUSED', 'connect ECONNREFUSED'),
  tls: () => errorWith('CERT_HAS_EXPIRED', 'certificate has expired'),
  dns: (url) => {
    const cause = errorWith('ENOTFOUND', 'getaddrinfo ENOTFOUND');
    return new RecordError('dns', `${url}: the host name could not be resolved (ENOTFOUND)`, { cause });
  },
};

/** In the place of an answer. */
const answerErrors: Errors = {
  reset: () => errorWith('ECONNRESET', 'read ECONNRESET'),
  protocol: () => errorWith('HPE_INVALID_CONSTANT', 'Expected HTTP/'),
};

function errorWith(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** Ends with the signal alone. */
function never(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function fieldsOf(headers: CannedAnswer['headers'], body: Uint8Array | undefined): WireAnswer['headers'] {
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  if (body === undefined) return Object.fromEntries([['content-length', '0'], ...given]);
  const usual = { 'content-type': 'text/html; charset=utf-8', 'content-length': String(body.length) };
  return { ...usual, ...Object.fromEntries(given) };
}

function isPattern({ url }: CannedAnswers): boolean {
  return url.includes('*');
}

function matcherOf({ url }: CannedAnswers): (asked: string) => boolean {
  if (url.includes('*')) {
    const parts = url.split('*').map((part) => part.replaceAll(/[\\^$.+?()[\]{}|/]/g, String.raw`\$&`));
    const pattern = new RegExp(`^${parts.join('.*')}$`, 's');
    return (asked) => pattern.test(asked);
  }
  const { origin, pathname, search } = new URL(url);
  const wanted = origin + pathname + search;
  return (asked) => asked === wanted;
}
