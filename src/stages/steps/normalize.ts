import { z } from 'zod';
import type { Link } from '../../core/record.ts';
import { defineStep } from '../../core/stage.ts';
import { type UrlChanges, urlNormalizer } from '../../core/urls/normalize-url.ts';

/**
 * The step `normalize`: brings URLs that differ only in what has no meaning into one form.
 *
 * Of URLs it is what is fetched that changes; `source_url` stays the line as given. Of links it is where they lead; one
 * that becomes the same as another before it on the page is left out.
 */
export const normalizeStep = defineStep({
  name: 'normalize',
  summary: 'Brings URLs, or links, that differ only in what mostly has no meaning into one form.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: [
      { normalize: { stripParameters: ['ref'] } },
      'dedupe',
      'fetch',
      'links',
      { normalize: { sortQuery: true } },
    ],
    sink: { tsv: { path: 'links.tsv' } },
  },
  input: ['url', 'links'],
  output: 'same',
  isPure: true,
  workers: () => undefined,
  options: z.strictObject({
    stripFragment: z.boolean().default(true).describe('Cut off the fragment.'),
    stripTracking: z
      .boolean()
      .default(true)
      .describe('Leave out parameters of campaigns and advertising networks: utm_source, gclid, fbclid and others.'),
    stripParameters: z
      .array(z.string().min(1))
      .default([])
      .describe('Further parameters to leave out, by name; `*` at the end stands for anything.'),
    sortQuery: z.boolean().default(false).describe('Sort the parameters by name.'),
    stripEmptyQuery: z.boolean().default(true).describe('Cut off a `?` with nothing behind it.'),
    stripWww: z.boolean().default(false).describe('Cut off `www.` in front of the host.'),
    stripIndex: z.boolean().default(false).describe('Cut off index.html and the like at the end of the path.'),
    stripTrailingSlash: z.boolean().default(false).describe('Cut off the slash at the end of the path.'),
    lowerCasePath: z.boolean().default(false).describe('Write the path in lower case.'),
    https: z.boolean().default(false).describe('Make https of http where no port is written.'),
  }),
  create: (options) => {
    const normalize = urlNormalizer(options satisfies UrlChanges);
    return {
      concurrency: 1,
      process: (record) => {
        if (record.kind === 'links') return { ...record, links: normalizedLinks(record.links, normalize) };
        const href = normalize(record.url.href);
        return href === record.url.href ? record : { ...record, url: new URL(href) };
      },
    };
  },
});

/** Links that were the same before stay as often as they were: the page was asked for all occurrences. */
function normalizedLinks(links: readonly Link[], normalize: (href: string) => string): readonly Link[] {
  const firsts = new Map<string, string>();
  const kept: Link[] = [];
  for (const link of links) {
    const url = normalize(link.url);
    const first = firsts.get(url);
    if (first !== undefined && first !== link.url) continue;
    firsts.set(url, link.url);
    kept.push(url === link.url ? link : { ...link, url });
  }
  return kept;
}
