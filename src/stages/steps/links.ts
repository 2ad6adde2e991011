import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { baseOf, type Link, type LinksRecord, type PageResponse } from '../../core/record.ts';
import type { StageNote } from '../../core/stage/stage-note.ts';
import { defineStep } from '../../core/stage.ts';
import { DEFAULT_MAX_LINKS, linkExtraction } from '../../html/link-extractor.ts';
import { parseSelection, type Selection } from '../../html/links/link-table.ts';
import { MAX_VALUE_LENGTH } from '../../html/markup/tag-scanner.ts';
import type { PageHead } from '../../html/page-head.ts';
import { contentTypeOf, pageTypeOf } from '../../http/headers/content-type.ts';

/**
 * Pages read at once. Large enough never to be the limit: a page that is alive holds a slot of the fetch step until its
 * body has been read, so that step's concurrency bounds this one.
 */
const CONCURRENCY = 4096;

const SCHEME = /^[a-z][a-z0-9+.-]*$/i;

/** For the JSON Schema: what the checks below can't say of themselves. */
const STRING_OR_LIST = { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] };

const selection = z
  .custom<string | readonly string[]>((value) => readSelection(value) !== undefined, {
    error: 'expected hrefs, anchors, all or a list such as a@href,img@src',
  })
  .meta({ title: 'selection', ...STRING_OR_LIST })
  .transform((value): Selection => readSelection(value) ?? 'hrefs');

const schemes = z
  .custom<string | readonly string[]>((value) => readSchemes(value) !== undefined, {
    error: 'expected any or a list such as http,https',
  })
  .meta({ title: 'schemes', ...STRING_OR_LIST })
  .transform((value): readonly string[] | 'any' => readSchemes(value) ?? 'any');

const options = z.strictObject({
  select: selection
    .prefault('hrefs')
    .describe(
      'Where links stand: hrefs (a, area, link), anchors (a, area), all, or a list such as a@href,img@src,*@data-src; xml:loc@#text is the text of an element in XML.',
    ),
  schemes: schemes.prefault('http,https').describe('Schemes of the links to keep, or any.'),
  stripFragment: z.boolean().default(false).describe('Cut off the fragment: a#x and a#y are one link.'),
  allOccurrences: z.boolean().default(false).describe('Give a link as often as the page has it, not once.'),
  noscript: z.boolean().default(true).describe('Take what stands in noscript, as a browser that runs no scripts does.'),
  srcdoc: z
    .boolean()
    .default(false)
    .describe('Take the links of documents that stand in the srcdoc of an iframe, too.'),
  linkHeader: z.boolean().default(false).describe("Take the links of the answer's Link header fields, too (RFC 8288)."),
  redirects: z.boolean().default(false).describe('Take where each redirect on the way to the page led, too.'),
  maxUrlLength: z
    .int()
    .positive()
    .max(MAX_VALUE_LENGTH)
    .default(MAX_VALUE_LENGTH)
    .describe('Characters of the longest URL; a longer one is left out.'),
  maxLinks: z
    .int()
    .positive()
    .default(DEFAULT_MAX_LINKS)
    .describe('Distinct URLs on a page; one with more fails as too-large. Bounds the memory that a page takes.'),
});

/** How the body of a page is read, by what its Content-Type says it is. */
const typesNote: StageNote = {
  heading: 'Types of pages',
  rows: [
    ['html', 'As a browser reads it; also where there is no Content-Type.'],
    [
      'xml',
      'Sitemaps, their indexes, RSS and Atom: loc and link, xhtml:link, enclosure; media and images with select: all.',
    ],
    ['text', 'URLs in plain text, Markdown, CSV, whatever is selected, without the punctuation behind them.'],
  ],
};

/**
 * Reads each page as it streams in and gives its links as one batch, in document order: where the answer's redirects led,
 * its Link fields, its body. The Content-Type decides how the body is read. Details are gathered as far as columns need them.
 *
 * Errors: those of the body, and `too-large` (RecordError); markup is never one. Nothing but the links leaves: a body that
 * breaks off and is fetched again is read anew.
 */
export const linksStep = defineStep({
  name: 'links',
  summary: 'Reads each page as it streams in and finds its links, resolved as a browser would.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: ['fetch', { links: { select: 'anchors', stripFragment: true } }],
    sink: { tsv: { path: 'links.tsv', columns: ['source_url', 'parsed_url', 'text'] } },
  },
  input: 'page',
  output: 'links',
  options,
  notes: [typesNote],
  workers: () => undefined,
  create: (given, { linkColumns: columns = [], clock = systemClock }) => {
    const extraction = linkExtraction({ ...given, columns });
    const wantsTime = columns.includes('fetched_at');
    const wantsBase = columns.includes('base_url');
    return {
      concurrency: CONCURRENCY,
      process: async (source) => {
        // Of the last attempt, as the links are.
        let fetchedAtMs = 0;
        let baseUrl = '';
        const { result: links, page } = await source.body.read<Link[]>((response) => {
          if (wantsTime) fetchedAtMs = clock.timeOfDay();
          const reader = extraction.open(headOf(response));
          if (!wantsBase) return reader;
          const end = () => {
            const found = reader.end();
            baseUrl = reader.baseUrl;
            return found;
          };
          return { write: (chunk) => reader.write(chunk), end };
        });
        const record: LinksRecord = { kind: 'links', ...baseOf(source), page, links };
        if (!wantsTime && !wantsBase) return record;
        return { ...record, ...(wantsTime ? { fetchedAtMs } : {}), ...(wantsBase ? { baseUrl } : {}) };
      },
    };
  },
});

function headOf({ finalUrl, headers, redirects }: PageResponse): PageHead {
  const contentType = contentTypeOf(headers);
  const { link = [] } = headers;
  const linkFields = typeof link === 'string' ? [link] : link;
  return { finalUrl, contentType, type: pageTypeOf(contentType) ?? 'html', redirects, linkFields };
}

function readSelection(value: unknown): Selection | undefined {
  return typeof value === 'string' || isStringList(value) ? parseSelection(value) : undefined;
}

function readSchemes(value: unknown): readonly string[] | 'any' | undefined {
  const list = typeof value === 'string' ? value.split(',') : value;
  if (!isStringList(list) || list.length === 0) return undefined;
  const names = list.map((name) => name.trim().toLowerCase());
  if (!names.includes('any')) return names.every((name) => SCHEME.test(name)) ? names : undefined;
  // It stands alone: among others it would be the name of a scheme.
  return names.length === 1 ? 'any' : undefined;
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
