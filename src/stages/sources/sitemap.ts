import { z } from 'zod';
import { inputColumnName } from '../../core/columns/columns.ts';
import { ConfigError, RecordError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { Fields } from '../../core/record.ts';
import type { SourceItem } from '../../core/stage/source-item.ts';
import {
  defineSource,
  type Source,
  type SourceIdentity,
  type SourceResume,
  type StageContext,
} from '../../core/stage.ts';
import { duration, size, timeLimit } from '../../core/units.ts';
import { maskLineCredentials } from '../../core/urls/credentials.ts';
import { parseUrl } from '../../core/urls/parse-url.ts';
import { HOMEPAGE, VERSION } from '../../core/version.ts';
import { withoutCompression } from '../../formats/compression.ts';
import { inputFileSize } from '../../formats/inputs/input-file.ts';
import { pathList } from '../../formats/inputs/input-reader.ts';
import { parseInputUrl } from '../../formats/inputs/input-url.ts';
import { ReplayedItems } from '../../formats/inputs/replayed-items.ts';
import { urlItem } from '../../formats/inputs/url-item.ts';
import { writeFileBytes } from '../../formats/pages/file-bytes.ts';
import { tooLarge } from '../../formats/pages/stored-body.ts';
import { type SitemapContent, SitemapDocument, type SitemapEntry } from '../../html/documents/sitemap-document.ts';
import { documentClient } from '../../http/downloads/document-client.ts';
import { downloadDocument } from '../../http/downloads/document-download.ts';
import { fieldsOption, userAgentOption } from '../../http/headers/field-options.ts';
import { proxyUrl } from '../../http/proxy/proxy-option.ts';
import { ROBOTS_PATH } from '../../http/robots/robots-rules.ts';
import { RobotsSitemaps } from '../../http/robots/robots-sitemaps.ts';

const options = z.strictObject({
  url: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe(
      'Sitemap, sitemap index or robots.txt that names sitemaps, or a list: http(s) URLs or local files; XML or, as .txt, a URL a line; also gzip.',
    )
    .meta({ examples: ['https://example.com/sitemap.xml', ['https://example.com/robots.txt', 'old.xml.gz']] }),
  maxDepth: z.int().nonnegative().default(3).describe('Levels of sitemap indexes that are followed.'),
  maxSitemaps: z
    .int()
    .positive()
    .default(50_000)
    .describe('Sitemaps and indexes that are read; further ones fail as too-large.'),
  maxBytes: size().prefault('50MiB').describe('Largest sitemap, decompressed; a larger one fails as too-large.'),
  timeout: timeLimit().prefault('60s').describe('Longest time for one attempt at a sitemap, redirects included.'),
  retries: z.int().nonnegative().default(2).describe('Further attempts after one that failed and may heal.'),
  delay: duration().prefault(0).describe('Least time between the starts of two requests to one host.'),
  headers: fieldsOption()
    .default({})
    .describe('Header fields to send with the requests for sitemaps.')
    .meta({ examples: [{ Authorization: 'Bearer ${TOKEN}' }] }),
  userAgent: userAgentOption()
    .default(`sluice/${VERSION} (+${HOMEPAGE})`)
    .describe('The User-Agent field of these requests.'),
  proxy: proxyUrl()
    .optional()
    .describe('Proxy to fetch sitemaps by, or none; those of HTTP_PROXY, HTTPS_PROXY and NO_PROXY unless given.')
    .meta({ examples: ['http://proxy.example:3128', 'none'] }),
  insecure: z.boolean().default(false).describe('Accept any TLS certificate.'),
  allowPrivate: z.boolean().default(false).describe('Fetch sitemaps from addresses that are not public, too.'),
});

/** The columns that the input has, beside the URL. */
const COLUMNS: readonly string[] = ['lastmod', 'changefreq', 'priority', 'sitemap'];

/** The source `sitemap`: the URLs of sitemaps, those of indexes included. */
export const sitemapSource = defineSource({
  name: 'sitemap',
  summary:
    "Reads the URLs that sitemaps list, of indexes too; one that can't be had fails as a line of its own. Columns: input.lastmod, .changefreq, .priority, .sitemap.",
  example: {
    source: { sitemap: { url: 'https://example.com/sitemap.xml' } },
    steps: [{ fetch: { robots: true, delay: '500ms' } }, 'links'],
    sink: { csv: { path: 'links.csv', columns: ['source_url', 'input.lastmod', 'parsed_url'] } },
  },
  options,
  mainOption: 'url',
  hasColumns: true,
  isRemote: true,
  create: (given, context, resume) => new SitemapReader(given, context, resume),
});

/** A sitemap that is to be read, and where it is named. */
interface Named {
  readonly address: string;
  readonly origin: SourceItem['origin'];
  /** Indexes above it. */
  readonly depth: number;
}

type Batches = AsyncGenerator<readonly SourceItem[], void, undefined>;
const BATCH = 1000;

class SitemapReader implements Source {
  readonly items: AsyncIterable<readonly SourceItem[]>;
  readonly #options: z.output<typeof options>;
  readonly #context: StageContext;
  readonly #columns: readonly string[];
  readonly #replayed: ReplayedItems;
  readonly #stop = new AbortController();
  readonly #client: ReturnType<typeof documentClient>;
  /** Addresses that were read, so that a circle ends. */
  readonly #seen = new Set<string>();

  constructor(given: z.output<typeof options>, context: StageContext, resume: SourceResume | undefined) {
    const { timeout, delay, proxy, ...rest } = given;
    this.#options = given;
    this.#context = context;
    this.#columns = wantedColumns(context.inputColumns);
    const signal = AbortSignal.any([context.signal, this.#stop.signal]);
    this.#client = documentClient({ ...rest, proxy, timeoutMs: timeout, delayMs: delay }, { ...context, signal });
    this.#replayed = new ReplayedItems(INPUT, this.#all(), resume);
    this.items = this.#replayed.items;
  }

  async open(): Promise<void> {
    for (const address of pathList(this.#options.url)) {
      if (!isUrl(address)) await inputFileSize(this.#context.resolvePath(address), address);
    }
  }

  identity(): SourceIdentity {
    return this.#replayed.identity();
  }

  close(): void {
    this.#stop.abort();
    this.#client.close();
  }

  async *#all(): Batches {
    for (const [index, address] of pathList(this.#options.url).entries()) {
      const origin = { input: INPUT, line: index + 1, offset: 0 };
      const isRobots = isUrl(address) && parseUrl(address)?.pathname === ROBOTS_PATH;
      yield* isRobots ? this.#itemsOfRobots(address, origin) : this.#itemsOf({ address, origin, depth: 0 });
    }
  }

  async *#itemsOfRobots(address: string, origin: Named['origin']): Batches {
    const reading = { open: () => new RobotsSitemaps(), maxBytes: this.#options.maxBytes };
    const named = await this.#attempt({ address, origin, depth: 0 }, () =>
      downloadDocument(this.#client, new URL(address), reading),
    );
    if ('failure' in named) return yield [named.failure];
    for (const { url, line } of named.result) {
      const sitemap = parseUrl(url, address)?.href ?? url;
      yield* this.#itemsOf({ address: sitemap, origin: { ...origin, input: shown(address), line }, depth: 0 });
    }
  }

  async *#itemsOf(sitemap: Named): Batches {
    const { address, depth } = sitemap;
    if (this.#seen.has(address)) return;
    const content = await this.#attempt(sitemap, () => this.#load(sitemap));
    if ('failure' in content) return yield [content.failure];
    const { kind, entries } = content.result;
    const input = shown(address);
    if (kind === 'sitemapindex') {
      for (const [index, { loc = '' }] of entries.entries()) {
        yield* this.#itemsOf({ address: loc, origin: { input, line: index + 1, offset: 0 }, depth: depth + 1 });
      }
      return;
    }
    for (let at = 0; at < entries.length; at += BATCH) {
      yield entries.slice(at, at + BATCH).map((entry, index) => this.#itemOf(entry, input, at + index + 1));
    }
  }

  /** A sitemap that can't be had is a failed line; not where that is because the run ends. */
  async #attempt<Result>(
    { address, origin }: Named,
    load: () => Promise<Result>,
  ): Promise<{ readonly result: Result } | { readonly failure: SourceItem }> {
    try {
      return { result: await load() };
    } catch (error) {
      if (!(error instanceof RecordError) || this.#stop.signal.aborted || this.#context.signal.aborted) throw error;
      return { failure: { origin, sourceUrl: address, error } };
    }
  }

  async #load({ address, origin, depth }: Named): Promise<SitemapContent> {
    const { maxSitemaps, maxDepth, maxBytes } = this.#options;
    const { clock } = this.#context;
    const name = shown(address);
    if (this.#seen.size >= maxSitemaps) throw tooMany(name, `there are more than ${maxSitemaps} sitemaps`);
    if (depth > maxDepth) throw tooMany(name, `it is below more than ${maxDepth} sitemap indexes`);
    this.#seen.add(address);
    const isText = /\.txt$/i.test(withoutCompression(address));
    const open = (contentType: string | null) => new SitemapDocument(contentType, isText);
    const isLocal = !isUrl(address) && origin.input === INPUT;
    const content = isLocal
      ? await this.#loadFile(address, open(null))
      : await downloadDocument(this.#client, parseInputUrl({ text: address }), { open, maxBytes, clock });
    if (content.kind === 'other') throw new RecordError('unreadable', `${name}: it is no sitemap`);
    // Half a sitemap is none, as half a page is none: how it was cut off must make no difference.
    if (!content.isWhole)
      throw new RecordError('unreadable', `${name}: it is cut off: <${content.kind}> has no end tag`);
    return content;
  }

  async #loadFile(name: string, document: SitemapDocument): Promise<SitemapContent> {
    const { maxBytes } = this.#options;
    let bytes = 0;
    const write = (chunk: Uint8Array) => {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(name, maxBytes);
      document.write(chunk);
    };
    await writeFileBytes({ path: this.#context.resolvePath(name), name }, write, this.#stop.signal);
    return document.end();
  }

  #itemOf(entry: SitemapEntry, input: string, line: number): SourceItem {
    const sourceUrl = entry.loc ?? '';
    const values = { ...entry, sitemap: input };
    const named = this.#columns.map((name) => [inputColumnName(name), values[name as keyof typeof values] ?? null]);
    return urlItem({ origin: { input, line, offset: 0 }, sourceUrl, fields: Object.fromEntries(named) as Fields });
  }
}

/** Under which the list of sitemaps, and all that was read, is known. */
const INPUT = 'sitemaps';

/** Errors: ConfigError for a column that sitemaps don't have. */
function wantedColumns(wanted: StageContext['inputColumns'] = []): readonly string[] {
  if (wanted === 'all') return COLUMNS;
  const missing = wanted.filter((name) => !COLUMNS.includes(name));
  if (missing.length === 0) return wanted;
  throw new ConfigError(`sitemap: no column ${missing.join(', ')} in the input; there are ${COLUMNS.join(', ')}.`);
}

function isUrl(address: string): boolean {
  return /^https?:\/\//i.test(address);
}

function shown(address: string): string {
  return printable(maskLineCredentials(address), 200);
}

function tooMany(name: string, what: string): RecordError {
  return new RecordError('too-large', `${name}: not read: ${what}`);
}
