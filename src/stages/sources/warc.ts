import { z } from 'zod';
import { RecordError } from '../../core/errors.ts';
import type { PageResponse } from '../../core/record.ts';
import type { SourceItem } from '../../core/stage/source-item.ts';
import { defineSource, type Source, type SourceResume, type StageContext } from '../../core/stage.ts';
import { size } from '../../core/units.ts';
import { parseUrl } from '../../core/urls/parse-url.ts';
import { type InputFormat, InputReader, inputLabel, pathList } from '../../formats/inputs/input-reader.ts';
import { invalidInput } from '../../formats/inputs/input-url.ts';
import { PageRoom } from '../../formats/pages/page-room.ts';
import { StoredBody, tooLarge } from '../../formats/pages/stored-body.ts';
import { archivedRecords } from '../../formats/warc/archived-records.ts';
import type { WarcRecord } from '../../formats/warc/warc-records.ts';
import { acceptedCodings } from '../../http/headers/acceptance.ts';
import { contentTypeOf } from '../../http/headers/content-type.ts';
import { withoutCredentials } from '../../http/redirects.ts';
import { writeDecoded } from '../../http/stored/decoded-bytes.ts';
import { parseStoredAnswer, STORED_HEADER_MAX_BYTES } from '../../http/stored/stored-answer.ts';
import { validatorsOf } from '../../http/validators/validators.ts';

/** Bytes of the answers that are given and not read yet; a larger one is given alone. */
const ROOM_BYTES = 64_000_000;

/** What a small answer counts as: it is decoded by a stream that takes memory, too. */
const LEAST_WEIGHT = 500_000;

const options = z.strictObject({
  path: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe('WARC file, or a list of files, in that order; `-` is standard input. `.gz` and `.zst` are decompressed.')
    .meta({ file: 'input', examples: ['crawl.warc.gz', ['crawl-0.warc.gz', 'crawl-1.warc.gz']] }),
  accept: z
    .array(z.enum(['html', 'xml', 'text']))
    .min(1)
    .default(['html'])
    .describe('Types of pages, as those of fetch; answers of other types are no input.'),
  maxBytes: size().prefault('10MB').describe('Largest body, as stored and decoded; a larger one fails as too-large.'),
});

/** The source `warc`: pages that a crawler has archived. */
export const warcSource = defineSource({
  name: 'warc',
  summary:
    'Reads the HTTP answers of WARC files as pages: those with a status of 200 to 299. Other records are no input; `line` counts all records.',
  example: {
    source: { warc: { path: 'crawl.warc.gz' } },
    steps: ['links'],
    sink: { tsv: { path: 'links.tsv' } },
  },
  output: 'page',
  options,
  mainOption: 'path',
  create: (given, context, resume) => new WarcReader(given, context, resume),
});

/** What an answer needs beside its record. */
interface Bound {
  readonly accept: z.output<typeof options>['accept'];
  readonly maxBytes: number;
}

/** An item, and what its page weighs as long as it has not been read. */
interface WarcItem {
  readonly item: SourceItem;
  readonly weight: number;
}

class WarcReader implements Source {
  readonly items: AsyncIterable<readonly SourceItem[]>;
  readonly #reader: InputReader;
  readonly #room = new PageRoom(ROOM_BYTES);
  /** Of the items that wait for room. */
  readonly #weights = new WeakMap<SourceItem, number>();

  constructor({ path, ...bound }: z.output<typeof options>, context: StageContext, resume: SourceResume | undefined) {
    this.#reader = new InputReader(pathList(path), this.#format(bound, context.signal), context, resume);
    this.items = this.#read();
  }

  open(): Promise<void> {
    return this.#reader.open();
  }

  identity() {
    return this.#reader.identity();
  }

  progress() {
    return this.#reader.progress();
  }

  close(): void {
    this.#room.close();
    this.#reader.close();
  }

  /** One page at a time, so that no more are on their way than there is room for. */
  async *#read(): AsyncGenerator<readonly SourceItem[], void, undefined> {
    for await (const items of this.#reader.items) {
      for (const item of items) {
        if (!(await this.#room.take(this.#weights.get(item) ?? 0))) return;
        yield [item];
      }
    }
  }

  #format(bound: Bound, signal: AbortSignal): InputFormat {
    const { maxBytes } = bound;
    const release = (weight: number) => this.#room.give(weight);
    const weights = this.#weights;
    return {
      canBeginMidway: () => true,
      decompressesGzip: true,
      items: async function* (bytes, { name, start, firstLine }) {
        const kept = (header: WarcRecord['header']) => (isAnswer(header) ? maxBytes + STORED_HEADER_MAX_BYTES : 0);
        const place = { number: start.line, offset: start.offset };
        for await (const record of archivedRecords(bytes, name, place, kept)) {
          if (record.number < firstLine) continue;
          const found = itemOf(record, name, { ...bound, release, signal });
          if (found === undefined) continue;
          weights.set(found.item, found.weight);
          yield [found.item];
        }
      },
    };
  }
}

interface ItemTerms extends Bound {
  release(weight: number): void;
  readonly signal: AbortSignal;
}

/** The item of a record; undefined where it is none. */
function itemOf(record: WarcRecord, input: string, terms: ItemTerms): WarcItem | undefined {
  const { header, offset, number, defect } = record;
  if (defect !== undefined)
    return unweighted(failure(record, input, `the record at byte ${offset} is broken: ${defect}`));
  if (!isAnswer(header)) return undefined;
  const sourceUrl = targetOf(header);
  const url = parseUrl(sourceUrl);
  const base = { origin: { input, line: number, offset }, sourceUrl };
  if (url === undefined)
    return unweighted({ ...base, error: invalidInput(sourceUrl, 'the record names no absolute URL') });
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  try {
    const page = pageOf(record, withoutCredentials(url), terms);
    return page && { item: { ...base, page }, weight: weightOf(record) };
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    if (error.code === 'http-status' || error.code === 'not-html') return undefined;
    return unweighted({ ...base, error });
  }
}

/** Errors: RecordError for an answer that is no page, or none that can be taken. */
function pageOf(record: WarcRecord, finalUrl: string, { accept, maxBytes, release, signal }: ItemTerms) {
  const { content, length } = record;
  const answer = parseStoredAnswer(content);
  if (answer === undefined) throw new RecordError('unreadable', `${finalUrl}: the record holds no HTTP answer`);
  const { head, body } = answer;
  const codings = acceptedCodings(head, finalUrl, { types: accept, maxBytes, truncate: true });
  if (content.length < length || body.length > maxBytes) throw tooLarge(finalUrl, maxBytes);
  const response: PageResponse = { finalUrl, ...head, redirects: [] };
  const weight = weightOf(record);
  return {
    response,
    body: new StoredBody({
      response,
      facts: { contentType: contentTypeOf(head.headers), ...validatorsOf(head.headers) },
      name: finalUrl,
      maxBytes,
      feed: async (write) => {
        if (signal.aborted)
          throw new RecordError('cancelled', `${finalUrl}: the run was stopped before the page was done`);
        await writeDecoded(body, codings, write, finalUrl);
      },
      done: () => release(weight),
    }),
  };
}

function weightOf({ content }: WarcRecord): number {
  return Math.max(content.length, LEAST_WEIGHT);
}

function unweighted(item: SourceItem): WarcItem {
  return { item, weight: 0 };
}

/** An answer to an HTTP request; `response` records of other protocols have another media type. */
function isAnswer(header: WarcRecord['header']): boolean {
  const isHttp = /^application\/http\b/i.test(header.get('content-type') ?? '');
  return isHttp && header.get('warc-type')?.toLowerCase() === 'response';
}

/** Some tools write it between angle brackets, as an example of WARC 1.0 does. */
function targetOf(header: WarcRecord['header']): string {
  const target = header.get('warc-target-uri') ?? '';
  return target.startsWith('<') && target.endsWith('>') ? target.slice(1, -1) : target;
}

function failure(
  { header, number, offset }: Pick<WarcRecord, 'header' | 'number' | 'offset'>,
  input: string,
  what: string,
): SourceItem {
  const error = new RecordError('unreadable', `${inputLabel(input)}: ${what}`);
  return { origin: { input, line: number, offset }, sourceUrl: targetOf(header), error };
}
