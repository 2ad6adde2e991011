import { Readable } from 'node:stream';
import { z } from 'zod';
import { RecordError } from '../../core/errors.ts';
import type { SourceItem } from '../../core/stage/source-item.ts';
import { defineSource } from '../../core/stage.ts';
import { parseInputUrl } from '../../formats/inputs/input-url.ts';

/** The source `urls`: URLs that stand in the pipeline file or on the command line themselves. */
export const urlsSource = defineSource({
  name: 'urls',
  summary: 'Takes the URLs that are listed in the pipeline itself, read by the same rules as a line of `lines`.',
  example: {
    source: { urls: { list: ['https://example.com/', 'example.org/page'] } },
    steps: ['fetch', 'links'],
    sink: { tsv: { path: 'links.tsv' } },
  },
  options: z.strictObject({
    list: z
      .array(z.string().min(1))
      .min(1)
      .describe('The URLs, in order.')
      .meta({ examples: [['https://example.com/', 'example.org/page']] }),
  }),
  advise: ({ list }) =>
    list.flatMap((given, index) => {
      const { error } = itemOf(given, index);
      return error === undefined ? [] : [{ option: ['list', index], text: `will fail: ${error.message}` }];
    }),
  create: ({ list }, _context, resume) => {
    const first = resume?.from?.line ?? 1;
    return { items: Readable.from([list.map(itemOf).slice(first - 1)]) };
  },
});

function itemOf(given: string, index: number): SourceItem {
  const text = given.trim();
  const origin = { input: 'arguments', line: index + 1, offset: 0 };
  try {
    return { origin, sourceUrl: text, url: parseInputUrl({ text }) };
  } catch (error) {
    if (error instanceof RecordError) return { origin, sourceUrl: text, error };
    throw error;
  }
}
