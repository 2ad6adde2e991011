import type { RecordError } from '../../../src/core/errors.ts';
import type { BodyReader, LiveBody, PageFacts, PageRecord, PageResponse } from '../../../src/core/record.ts';

/** A page for tests of steps that read one: its body comes from memory, and it tells what was done with it. */
export interface FakePage extends PageRecord {
  /** How often the body was read, and released. */
  readonly uses: { reads: number; releases: number };
}

/** What a fake page is made of; what is not given is that of a small HTML page. */
export interface FakePageOptions {
  readonly chunks?: readonly (string | Uint8Array)[];
  readonly finalUrl?: string;
  readonly headers?: PageResponse['headers'];
  /** Chunks of earlier attempts, each of which broke off behind them. */
  readonly brokenAttempts?: readonly (readonly string[])[];
  /** What the body fails with behind its chunks. */
  readonly error?: RecordError;
}

/** Gives a page whose body feeds the given chunks, one a turn of the event loop. */
export function fakePage(options: FakePageOptions = {}): FakePage {
  const { finalUrl = 'http://site.test/', headers = { 'content-type': 'text/html; charset=utf-8' } } = options;
  const response: PageResponse = { finalUrl, status: 200, headers, redirects: [] };
  const uses = { reads: 0, releases: 0 };
  return {
    kind: 'page',
    origin: { sequence: 0, input: 'arguments', line: 1, offset: 0 },
    sourceUrl: finalUrl,
    response,
    body: fakeBody(response, options, uses),
    uses,
  };
}

function fakeBody(response: PageResponse, options: FakePageOptions, uses: FakePage['uses']): LiveBody {
  const { chunks = [], brokenAttempts = [], error } = options;
  return {
    async read<Result>(open: (response: PageResponse) => BodyReader<Result>) {
      uses.reads += 1;
      for (const broken of brokenAttempts) await feed(open(response), broken);
      const reader = open(response);
      const bytes = await feed(reader, chunks);
      if (error !== undefined) throw error;
      return { result: reader.end(), page: facts(response, bytes, brokenAttempts.length + 1) };
    },
    release() {
      uses.releases += 1;
    },
  };
}

/** Feeds from one buffer that is overwritten after each chunk, as the contract allows. */
async function feed(reader: BodyReader<unknown>, chunks: readonly (string | Uint8Array)[]): Promise<number> {
  let bytes = 0;
  for (const chunk of chunks) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    const memory = Buffer.from(chunk);
    reader.write(memory);
    memory.fill('?');
    bytes += memory.length;
  }
  return bytes;
}

function facts(response: PageResponse, bytes: number, attempts: number): PageFacts {
  const contentType = response.headers['content-type'];
  return {
    finalUrl: response.finalUrl,
    status: response.status,
    contentType: typeof contentType === 'string' ? contentType : null,
    bytes,
    attempts,
    elapsedMs: 1,
  };
}
