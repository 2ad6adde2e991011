import { z } from 'zod';
import type { InputContext } from '../../core/stage.ts';
import type { UrlColumns } from './url-tables.ts';

/** The options of every source that reads tables. */
export const tableOptions = {
  path: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .default('-')
    .describe(
      'File to read, or a list of files, in that order. `-` is standard input; `.gz` and `.zst` are decompressed.',
    )
    .meta({ file: 'input', examples: ['pages.csv'] }),
  column: z
    .string()
    .min(1)
    .default('url')
    .describe('The column with the URLs. The others are `input.NAME`, for the steps and outputs that name them.')
    .meta({ examples: ['source_url'] }),
};

/** The option of the tables that may lack a header. */
export function columnNamesOption() {
  return z
    .array(z.string().min(1))
    .min(1)
    .refine((names) => new Set(names).size === names.length, { error: 'expected each name once' })
    .optional()
    .describe('Names of the columns, in order, of files that have no header; left out, the first line has them.')
    .meta({ examples: [['url', 'category']] });
}

/** The columns that a run has a use for. */
export function urlColumns(column: string, { inputColumns = [] }: InputContext): UrlColumns {
  return { url: column, fields: inputColumns };
}
