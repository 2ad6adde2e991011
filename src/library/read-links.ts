import { z } from 'zod';
import { ConfigError, RecordError } from '../core/errors.ts';
import type { SourceItem } from '../core/stage/source-item.ts';
import { defineSink, defineSource, type SinkDefinition, type SourceDefinition } from '../core/stage.ts';
import { parseInputUrl } from '../formats/inputs/input-url.ts';
import type { FetchOptions, LinksOptions } from '../stages/registry.ts';
import { HandOver } from './hand-over.ts';
import type { LineResult } from './line-result.ts';
import { runPipeline } from './run-pipeline.ts';

/** How `readLinks` fetches and what it finds. */
export interface ReadLinksOptions {
  /** The options of the step `fetch`: `{ perHost: 2, timeout: '10s' }`. */
  readonly fetch?: FetchOptions;
  /** The options of the step `links`: `{ select: 'anchors' }`. */
  readonly links?: LinksOptions;
  /** Whether URLs that were there before are skipped. */
  readonly dedupe?: boolean;
  /** Whether links have `position` and `details`: their text, `rel` and so on. */
  readonly details?: boolean;
  /** Ends the reading at once, with an error: the signal's reason. */
  readonly signal?: AbortSignal;
  /** Environment variables, for the proxy. Default: the process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Results that wait for the caller. Beyond, no more are made than are in work. */
const MAX_WAITING = 16;
/** URLs that are taken at once, where they are at hand. */
const BATCH = 64;
/** The name of our source and our sink. */
const CALLER = 'caller';
const COLUMNS = ['parsed_url'];
const DETAIL_COLUMNS = ['position', 'rel', 'text', 'title', 'hreflang', 'type', 'media'];

/**
 * Fetches URLs and gives the links of each page: one result a URL, as they complete, also for those that fail.
 *
 * Each URL is read as a line of a list is; blank ones are passed over. Backpressure: while the caller doesn't take results,
 * no more URLs are taken and no more pages fetched. A loop that is left early ends all requests.
 * Errors: ConfigError for wrong options, at the first result; what `urls` throws; the signal's reason.
 */
export async function* readLinks(
  urls: Iterable<string | URL> | AsyncIterable<string | URL>,
  options: ReadLinksOptions = {},
): AsyncGenerator<LineResult, void, undefined> {
  // A text is a list of its letters to the compiler.
  if (typeof urls === 'string') throw new ConfigError('readLinks: expected a list of URLs, got a text.');
  const { fetch = {}, links = {}, dedupe = false, details = false, signal, env } = options;
  const results = new HandOver<LineResult>(MAX_WAITING);
  const left = new AbortController();
  const sink = { [CALLER]: { columns: details ? DETAIL_COLUMNS : COLUMNS } };
  const steps = [...(dedupe ? ['dedupe'] : []), { fetch }, { links }];
  const run = runPipeline(
    { source: CALLER, steps, sink, failures: { [CALLER]: { columns: ['code'] } } },
    {
      stages: [callerSource(urls, results), callerSink(results)],
      signal: signal === undefined ? left.signal : AbortSignal.any([left.signal, signal]),
      onLine: (line) => results.add(line),
      ...(env === undefined ? {} : { env }),
    },
  ).finally(() => results.close());
  // It is told at the end, also where nobody waits for it any more.
  run.catch(() => {});
  try {
    yield* results.items();
    const { end, error } = await run;
    if (end === 'failed') throw error;
    signal?.throwIfAborted();
  } finally {
    left.abort();
    results.close();
    await run.catch(() => {});
  }
}

/** A source of the caller's URLs, which are taken as far as there is room for results. */
function callerSource(
  urls: Iterable<string | URL> | AsyncIterable<string | URL>,
  results: HandOver<LineResult>,
): SourceDefinition {
  return defineSource({
    name: CALLER,
    summary: 'The URLs of the calling program.',
    options: z.strictObject({}),
    create: () => ({ items: itemsOf(urls, results) }),
  });
}

async function* itemsOf(
  urls: Iterable<string | URL> | AsyncIterable<string | URL>,
  results: HandOver<LineResult>,
): AsyncGenerator<readonly SourceItem[], void, undefined> {
  const isAsync = Symbol.asyncIterator in urls;
  let line = 0;
  let batch: SourceItem[] = [];
  for await (const url of urls) {
    line += 1;
    const text = String(url).trim();
    if (text !== '') batch.push(itemOf(text, line));
    // An async iterable may have nothing more for long.
    if (batch.length < (isAsync ? 1 : BATCH)) continue;
    await results.room();
    if (results.isClosed) return;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function itemOf(text: string, line: number): SourceItem {
  const origin = { input: CALLER, line, offset: 0 };
  try {
    return { origin, sourceUrl: text, url: parseInputUrl({ text }) };
  } catch (error) {
    if (error instanceof RecordError) return { origin, sourceUrl: text, error };
    throw error;
  }
}

/** A sink that makes the run wait for the caller. The results themselves are handed over line by line. */
function callerSink(results: HandOver<LineResult>): SinkDefinition {
  return defineSink({
    name: CALLER,
    summary: 'The calling program.',
    extensions: [],
    options: z.strictObject({ columns: z.array(z.string()).min(1) }),
    create: () =>
      Promise.resolve({
        write: () => results.room(),
        flush: async () => {},
        mark: async () => ({ length: 0, tail: '' }),
        close: async () => {},
        abort: async () => {},
      }),
  });
}
