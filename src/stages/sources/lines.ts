import { z } from 'zod';
import { failureCodes } from '../../core/failure-codes.ts';
import { defineSource } from '../../core/stage.ts';
import { OWN_CODE } from '../../core/user-code/own-code.ts';
import { lineItems, requireCodes, rowItems, urlRows } from '../../formats/inputs/input-items.ts';
import { type InputFormat, InputReader, inputLabel, pathList } from '../../formats/inputs/input-reader.ts';
import { textLines } from '../../formats/inputs/text-lines.ts';
import { tableFormatOf } from '../../formats/tables/table-rows.ts';

type OurCode = keyof typeof failureCodes;

const ownCode = z
  .string()
  .regex(OWN_CODE, { error: 'expected the code of a step of your own, such as shop:sold-out', abort: true });

const options = z
  .strictObject({
    path: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .default('-')
      .describe(
        'File to read, or a list of files, in that order. `-` is standard input; `.gz` and `.zst` are decompressed. One that ends in `.jsonl`, `.csv` or `.tsv` is read by its column source_url.',
      )
      .meta({ file: 'input' }),
    onlyCodes: z
      .array(z.union([z.enum(Object.keys(failureCodes) as [OurCode, ...OurCode[]]), ownCode]))
      .min(1)
      .optional()
      .describe(
        'Failure codes: of a failures output that is read again, only the rows with one of these in their column `code`; the others are no input.',
      )
      .meta({ examples: [['dns', 'http-status']] }),
  })
  .superRefine(({ path, onlyCodes }, { addIssue }) => {
    if (onlyCodes === undefined) return;
    for (const list of pathList(path)) {
      if (tableFormatOf(list) !== undefined) continue;
      const message = `needs inputs with a column code, which end in .jsonl, .csv or .tsv; ${inputLabel(list)} is read as lines`;
      addIssue({ code: 'custom', path: ['onlyCodes'], message });
    }
  });

/** The source `lines`: one URL a line, from files and standard input. */
export const linesSource = defineSource({
  name: 'lines',
  summary:
    'Reads one URL a line; blank lines and lines that start with # are passed over, a line without scheme is https.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: ['dedupe', 'fetch', 'links'],
    sink: { tsv: { path: 'links.tsv' } },
    failures: { jsonl: { path: 'failures.jsonl' } },
  },
  options,
  create: ({ path, onlyCodes }, context, resume) =>
    new InputReader(pathList(path), lineFormat(onlyCodes), context, resume),
});

/** Each input is read by its name: as a table with URLs and codes, or as lines. */
function lineFormat(codes: readonly string[] | undefined): InputFormat {
  return {
    canBeginMidway: (name) => tableFormatOf(name) === undefined,
    items: async function* (bytes, { name, start, firstLine }) {
      const format = tableFormatOf(name);
      if (format === undefined) {
        for await (const lines of textLines(bytes, start)) yield lineItems(lines, name, firstLine);
        return;
      }
      const table = { format, name, hasCodes: codes !== undefined };
      for await (const rows of urlRows(bytes, table)) yield rowItems(rows, name, { firstLine, codes });
    },
    ...(codes === undefined ? {} : { check: requireCodes }),
  };
}
