import { hash } from 'node:crypto';
import { z } from 'zod';
import { skip } from '../../core/outcome.ts';
import { defineStep } from '../../core/stage.ts';

const PERCENT = /^(100(?:\.0+)?|\d{1,2}(?:\.\d+)?)%$/;

/** How many values the hash has. */
const HASHES = 2 ** 32;

/**
 * The step `sample`: keeps a share of the URLs or links, always the same ones.
 *
 * What is kept depends on the text that it is chosen by and on the seed alone: another run, another machine and another
 * list with the same URLs keep the same. `first 32 bits of SHA-256(seed + text) / 2^32 < share`, the text as UTF-8.
 */
export const sampleStep = defineStep({
  name: 'sample',
  summary: 'Keeps a share of the URLs or of the links, always the same ones.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: [{ sample: { share: '5%' } }, 'fetch', 'links'],
    sink: { tsv: { path: 'links.tsv' } },
  },
  input: ['url', 'links'],
  output: 'same',
  isPure: true,
  workers: () => undefined,
  mainOption: 'share',
  options: z.strictObject({
    share: z
      .custom<string>((value) => parseShare(value) !== undefined, { error: 'expected a percentage such as 5%' })
      .meta({ title: 'percentage', type: 'string', pattern: PERCENT.source, examples: ['5%'] })
      .transform((value): number => parseShare(value) ?? 0)
      .describe('How much to keep.'),
    by: z
      .enum(['url', 'host', 'source_url'])
      .default('url')
      .describe('What is hashed: the URL (of links, where they lead), its host, or the line as given.'),
    seed: z.string().default('').describe('A text in front of what is hashed: another one gives another sample.'),
  }),
  create: ({ share, by, seed }) => {
    const isKept = (text: string) =>
      Number.parseInt(hash('sha256', seed + text, 'hex').slice(0, 8), 16) < share * HASHES;
    const isKeptUrl = (url: string, host: () => string, sourceUrl: string) =>
      isKept(by === 'url' ? url : by === 'host' ? host() : sourceUrl);
    return {
      concurrency: 1,
      process: (record) => {
        const { sourceUrl } = record;
        if (record.kind === 'url') {
          const { url } = record;
          return isKeptUrl(url.href, () => url.hostname, sourceUrl) ? record : skip('sample');
        }
        const links = record.links.filter(({ url }) => isKeptUrl(url, () => new URL(url).hostname, sourceUrl));
        return { ...record, links };
      },
    };
  },
});

function parseShare(value: unknown): number | undefined {
  const match = typeof value === 'string' ? PERCENT.exec(value) : null;
  return match === null ? undefined : Number(match[1]) / 100;
}
