import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { StageError } from '../../core/errors.ts';
import type { OutputState, Row, SinkRequest } from '../../core/stage/sink-writer.ts';
import { defineSink, type StageContext } from '../../core/stage.ts';
import { size } from '../../core/units.ts';
import { sinkFailed } from '../../formats/outputs/byte-target.ts';
import { csvFormat, tsvFormat } from '../../formats/outputs/delimited.ts';
import { growingFile, nameFile, verifyFile } from '../../formats/outputs/file-target.ts';
import { jsonLinesFormat } from '../../formats/outputs/json-lines.ts';
import { columnsOption, type RowFormat, textRowWriter } from '../../formats/outputs/row-writer.ts';
import { namePattern } from '../../formats/split/part-names.ts';
import { ByParts, ByValue, type RowPlacement } from '../../formats/split/row-placement.ts';
import { type PartStates, SplitWriter } from '../../formats/split/split-writer.ts';
import { tableFormatOf } from '../../formats/tables/table-rows.ts';

/** Rows of a file where nothing is said of its size. */
const DEFAULT_ROWS = 1_000_000;

const options = z
  .strictObject({
    path: z
      .string()
      .regex(/\.(?:tsv|csv|jsonl)(?:\.gz|\.zst)?$/i, {
        error: 'expected a path that ends in .tsv, .csv or .jsonl, perhaps with .gz or .zst',
      })
      .describe(
        'Path of the files, with {part} for their number or {value} for the value of the column. The extension says the format.',
      )
      .meta({ file: 'outputs', examples: ['links-{part}.tsv.gz'] }),
    rows: z
      .int()
      .positive()
      .optional()
      .describe(
        'Rows after which the next file begins, behind the page that they belong to; 1,000,000 where nothing else is said.',
      )
      .meta({ examples: [1_000_000] }),
    bytes: size()
      .optional()
      .describe('Bytes, before compression, after which the next file begins, behind the page that they belong to.')
      .meta({ examples: ['1GB'] }),
    column: z
      .string()
      .min(1)
      .optional()
      .describe('Column by whose value rows are put into files.')
      .meta({ examples: ['status'] }),
    replace: z
      .boolean()
      .default(false)
      .describe(
        'Replace files that are there and that the path could name: those of an earlier run. With --restart, those of the run that is started over are replaced in any case.',
      ),
    header: z.boolean().default(true).describe('Whether the first line of each file names the columns (tsv, csv).'),
    columns: columnsOption(),
  })
  .superRefine(({ path, rows, bytes, column }, { addIssue }) => {
    const ways = [rows, bytes, column].filter((way) => way !== undefined).length;
    if (ways > 1) addIssue({ code: 'custom', path: [], message: 'expected only one of rows, bytes and column' });
    const wanted = column === undefined ? '{part}' : '{value}';
    const [folder, name] = [dirname(path), basename(path)];
    if (!name.includes(wanted) || /\{(?:part|value)\}/.test(folder)) {
      addIssue({ code: 'custom', path: ['path'], message: `expected ${wanted} in the name of the files` });
    }
  });

type SplitOptions = z.output<typeof options>;

/**
 * The sink `split`: rows into several files, one after the other or by a column's value.
 *
 * The files have `.part` at the end of their names until the run is complete, or grow in place with a checkpoint. A run that
 * begins refuses to mix its files with those of another: none that its path could name may be there. From then on what has
 * such a name is taken for its own: a run that is taken up removes what came after its checkpoint, and one that starts over all.
 */
export const splitSink = defineSink({
  name: 'split',
  summary: 'Writes rows into several files: a new one after so many rows or bytes, or one for each value of a column.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: ['fetch', 'links', { set: { columns: { target: 'host(parsed_url)' } } }],
    sink: { split: { path: 'links-{value}.csv', column: 'target', columns: ['target', 'source_url', 'parsed_url'] } },
  },
  extensions: [],
  options,
  create: async (given, request, context) => {
    const { state, discarded } = request.checkpoint ?? {};
    const detail = state === undefined ? undefined : detailOf(state);
    const isFinal = request.checkpoint !== undefined;
    const old = await oldFiles(given.path, context);
    if (detail === undefined && !given.replace && !isOfPath(discarded, context.resolvePath(given.path)))
      refuseMixture(given.path, old);
    // With a checkpoint, what came after it will come again.
    if (isFinal) await removeAll(old.filter(({ path }) => detail?.files[path] === undefined));
    for (const [path, partState] of Object.entries(detail?.files ?? {}))
      await cutBack(context.resolvePath(path), partState);
    const suffix = isFinal ? '' : '.part';
    const partContext = { ...context, resolvePath: (path: string) => `${context.resolvePath(path)}${suffix}` };
    const format = formatOf(given, request);
    const placement = placementOf(given, request, format, detail?.place);
    return new SplitWriter(
      {
        path: context.resolvePath(given.path),
        place: (rows) => placement.place(rows),
        state: () => placement.state(),
        open: (path, partState) =>
          textRowWriter(path, format, { ...request, checkpoint: { state: partState } }, partContext),
        finish: async (paths) => {
          if (isFinal) return;
          for (const path of paths) await nameFile(path, partContext.resolvePath(path), context.resolvePath(path));
          await removeAll(old.filter(({ path }) => !paths.includes(path)));
        },
      },
      detail?.files,
    );
  },
  checkColumns: ({ column }, columns) =>
    column === undefined || columns.includes(column) ? [] : [{ path: ['column'], unknownColumn: column }],
  verify: async (_given, state, context) => {
    for (const [path, partState] of Object.entries(detailOf(state).files)) {
      await verifyFile(context.resolvePath(path), partState);
    }
  },
});

interface Detail {
  /** Path of the files that can be opened, with its placeholder. */
  readonly path: string;
  readonly files: PartStates;
  readonly place: unknown;
}

/**
 * Whether a run that is started over had this path: it refused to begin beside files of such a name, so that those that are there
 * now are its own, also those that no checkpoint came to know.
 */
function isOfPath(discarded: OutputState | undefined, path: string): boolean {
  return z.object({ path: z.literal(path) }).safeParse(discarded?.detail).success;
}

function detailOf({ detail }: OutputState): Detail {
  return detail as Detail;
}

function formatOf({ path, header }: SplitOptions, { columns }: SinkRequest): RowFormat {
  const format = tableFormatOf(path);
  if (format === 'jsonl') return jsonLinesFormat(columns);
  if (format === 'tsv') return tsvFormat(columns, header);
  return csvFormat(columns, { hasHeader: header, hasByteOrderMark: false, isSpreadsheetSafe: false });
}

function placementOf(
  { path, rows, bytes, column }: SplitOptions,
  { columns }: SinkRequest,
  format: RowFormat,
  state: unknown,
): RowPlacement {
  if (column !== undefined) return new ByValue(path, columns.indexOf(column));
  const sizeOf = (added: readonly Row[]) => Buffer.byteLength(format.encode(added));
  if (bytes !== undefined) return new ByParts(path, { limit: bytes, sizeOf }, state);
  return new ByParts(path, { limit: rows ?? DEFAULT_ROWS, sizeOf: (added) => added.length }, state);
}

/** A file that is there, by its path as the user would name it and the one to open. */
interface OldFile {
  readonly path: string;
  readonly file: string;
}

/** The files that are there and that the path could name. Makes their folder. */
async function oldFiles(path: string, context: StageContext): Promise<readonly OldFile[]> {
  const folder = dirname(context.resolvePath(path));
  const pattern = namePattern(basename(path));
  const prefix = path.slice(0, path.length - basename(path).length);
  try {
    await mkdir(folder, { recursive: true });
    const names = await readdir(folder);
    return names
      .filter((name) => pattern.test(name))
      .map((name) => ({ path: prefix + name, file: join(folder, name) }));
  } catch (error) {
    throw sinkFailed(path, error);
  }
}

async function removeAll(files: readonly OldFile[]): Promise<void> {
  for (const { path, file } of files) {
    await rm(file, { force: true }).catch((error: unknown) => {
      throw sinkFailed(path, error);
    });
  }
}

/** At once, not when rows come again: a page may answer otherwise by now. */
async function cutBack(path: string, state: OutputState): Promise<void> {
  const file = await growingFile(path, state);
  await file.close();
}

function refuseMixture(path: string, old: readonly OldFile[]): void {
  const [first] = old;
  if (first === undefined) return;
  const text = `${path}: files of that name are there, such as ${first.path}, and would be mixed with those of this run.`;
  throw new StageError('SINK_FAILED', `${text} Move them away, or have them replaced (replace: true).`);
}
