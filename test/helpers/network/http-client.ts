import type { TestContext } from 'node:test';
import { RecordError } from '../../../src/core/errors.ts';
import type { PageFacts, PageResponse } from '../../../src/core/record.ts';
import { type FetchedPage, HttpClient } from '../../../src/http/client.ts';
import type { ClientOptions } from '../../../src/http/client-options.ts';

/** Times short enough for tests, private addresses allowed, no retries. */
export const testClientOptions: ClientOptions = {
  concurrency: 8,
  perHost: 8,
  delayMs: 0,
  hostDownAfter: 0,
  timeoutMs: 5_000,
  connectTimeoutMs: 5_000,
  headersTimeoutMs: 5_000,
  idleTimeoutMs: 5_000,
  retries: 0,
  maxRetryAfterMs: 1_000,
  maxRedirects: 5,
  maxBytes: 1_000_000,
  truncate: false,
  headers: {},
  userAgent: 'sluice-test',
  insecure: false,
  allowPrivate: true,
};

/** A client that is stopped when its test ends. */
export function startClient(t: TestContext, options: Partial<ClientOptions> = {}): HttpClient {
  const controller = new AbortController();
  t.after(() => controller.abort());
  return new HttpClient({ ...testClientOptions, ...options }, controller.signal);
}

/** A page that was read to its end. */
export interface ReadPage {
  readonly text: string;
  readonly response: PageResponse;
  readonly page: PageFacts;
  /** How often a reader was opened: 1 unless the body broke off. */
  readonly opened: number;
}

/** Fetches a URL and reads its body as Latin-1 text. */
export async function fetchText(client: HttpClient, url: string): Promise<ReadPage> {
  return await readText(await client.fetch(new URL(url)));
}

/** Reads a page's body as Latin-1 text. */
export async function readText({ body }: FetchedPage): Promise<ReadPage> {
  let opened = 0;
  const { result, page } = await body.read((response) => {
    opened += 1;
    const pieces: string[] = [];
    return {
      write: (chunk) => pieces.push(Buffer.from(chunk).toString('latin1')),
      end: () => ({ text: pieces.join(''), response }),
    };
  });
  return { ...result, page, opened };
}

/** The RecordError that fetching and reading a URL ends with. Throws where it ends otherwise. */
export async function failureOf(client: HttpClient, url: string): Promise<RecordError> {
  const error: unknown = await fetchText(client, url).then(
    ({ text }) => new Error(`a page instead: ${text.slice(0, 100)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof RecordError) return error;
  throw error;
}
