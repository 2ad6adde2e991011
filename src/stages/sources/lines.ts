import type { ReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { RecordError, StageError } from '../../core/errors.ts';
import {
  defineSource,
  type Source,
  type SourceIdentity,
  type SourceItem,
  type SourceResume,
  type StageContext,
} from '../../core/stage.ts';
import { compressionOf, requireCompression } from '../../formats/compression.ts';
import { fileHead, inputFileSize, openInputFile, unreadable } from '../../formats/input-file.ts';
import { invalidInput, parseInputUrl } from '../../formats/input-url.ts';
import { type TableFormat, type TableRow, tableFormatOf, tableRows } from '../../formats/table-rows.ts';
import { type TextLine, type TextStart, textLines } from '../../formats/text-lines.ts';

/** The source `lines`: one URL a line, from files and standard input. */
export const linesSource = defineSource({
  name: 'lines',
  summary:
    'Reads one URL a line; blank lines and lines that start with # are passed over, a line without scheme is https.',
  options: z.strictObject({
    path: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .default('-')
      .describe(
        'File to read, or a list of files, in that order. `-` is standard input; `.gz` and `.zst` are decompressed. One that ends in `.jsonl`, `.csv` or `.tsv` is read by its column source_url.',
      ),
  }),
  create: ({ path }, context, resume) => new LinesReader(typeof path === 'string' ? [path] : path, context, resume),
});

const START: TextStart = { line: 1, offset: 0 };

class LinesReader implements Source {
  readonly items: AsyncIterable<readonly SourceItem[]>;
  readonly #paths: readonly string[];
  readonly #context: StageContext;
  readonly #resume: SourceResume | undefined;
  #current: Readable | undefined;
  #file: ReadStream | undefined;
  /** Bytes of the files that are done, and of all files; null where standard input is among them. */
  #doneBytes = 0;
  #totalBytes: number | null = 0;
  readonly #sizes = new Map<string, number>();
  /** Where reading of the current file began. */
  #startByte = 0;

  constructor(paths: readonly string[], context: StageContext, resume: SourceResume | undefined) {
    for (const path of paths) requireCompression(compressionOf(path));
    this.#paths = paths;
    this.#context = context;
    this.#resume = resume;
    this.items = this.#read();
  }

  async open(): Promise<void> {
    for (const path of this.#paths) await this.#measure(path);
    for (const known of this.#resume?.known ?? []) await this.#checkHead(known);
    await this.#checkFirstLine();
  }

  async identity(): Promise<SourceIdentity> {
    const heads = this.#paths.map(async (path) => {
      return { input: path, head: path === '-' ? null : await fileHead(this.#context.resolvePath(path)) };
    });
    return await Promise.all(heads);
  }

  progress(): { read: number; total: number | null } {
    return { read: this.#doneBytes + this.#startByte + (this.#file?.bytesRead ?? 0), total: this.#totalBytes };
  }

  close(): void {
    this.#current?.destroy();
    this.#file?.destroy();
  }

  async *#read(): AsyncGenerator<readonly SourceItem[], void, undefined> {
    const from = this.#resume?.from;
    const first = from === undefined ? 0 : this.#paths.indexOf(from.input);
    for (const [index, path] of this.#paths.entries()) {
      if (index < first) {
        this.#doneBytes += this.#sizes.get(path) ?? 0;
        continue;
      }
      const start = index === first && from !== undefined ? from : START;
      try {
        for await (const items of this.#itemsOf(path, start)) yield items;
      } catch (error) {
        throw unreadable(path === '-' ? 'standard input' : path, error);
      }
      this.#doneBytes += this.#startByte + (this.#file?.bytesRead ?? 0);
      this.#startByte = 0;
      this.#file = undefined;
    }
  }

  /** The items of one input from a line on. Only a plain list can be begun in its midst; others are read and passed over up to there. */
  async *#itemsOf(path: string, start: TextStart): AsyncGenerator<readonly SourceItem[], void, undefined> {
    const format = tableFormatOf(path);
    const isPlain = this.#isPlain(path);
    this.#startByte = isPlain ? start.offset : 0;
    const bytes = this.#open(path);
    if (format !== undefined) {
      for await (const rows of urlRows(bytes, format, path)) {
        yield rows.filter((row) => row.line >= start.line).map((row) => rowItem(row, path));
      }
      return;
    }
    for await (const lines of textLines(bytes, isPlain ? start : START)) {
      yield itemsOf(lines, path, start.line);
    }
  }

  /** Whether an input can be begun in its midst. */
  #isPlain(path: string): boolean {
    return this.#sizes.has(path) && tableFormatOf(path) === undefined && compressionOf(path) === undefined;
  }

  async #checkHead({ input, head }: SourceIdentity[number]): Promise<void> {
    const index = this.#paths.indexOf(input);
    if (head === null || index === -1) return;
    const now = await fileHead(this.#context.resolvePath(input), head.bytes);
    if (now === null || now.hash !== head.hash || now.bytes !== head.bytes) {
      throw otherInput(input, 'this is not the list that the checkpoint was made with.');
    }
    // Lines that were added to a list that is done would never be read.
    const isDone = index < this.#paths.indexOf(this.#resume?.from?.input ?? '');
    if (isDone && now.size !== head.size) {
      throw otherInput(input, `it had ${head.size} bytes when the checkpoint was made, and has ${now.size} now.`);
    }
  }

  /** Looks at the line with which reading will begin: beyond its head, a list is known by that one only. */
  async #checkFirstLine(): Promise<void> {
    const from = this.#resume?.from;
    if (from === undefined || !this.#isPlain(from.input)) return;
    const { bytes } = openInputFile(this.#context.resolvePath(from.input), from.offset);
    for await (const [first] of textLines(bytes, from)) {
      if (first?.line === from.line && first.text === from.sourceUrl) return;
      break;
    }
    throw otherInput(`${from.input}:${from.line}`, 'this is not the line that the checkpoint was made with.');
  }

  async #measure(path: string): Promise<void> {
    if (path === '-') {
      this.#totalBytes = null;
      return;
    }
    const size = await inputFileSize(this.#context.resolvePath(path), path);
    if (size === null) {
      this.#totalBytes = null;
      return;
    }
    this.#sizes.set(path, size);
    if (this.#totalBytes !== null) this.#totalBytes += size;
  }

  #open(path: string): Readable {
    if (path === '-') {
      this.#current = this.#context.stdin;
      return this.#current;
    }
    const { bytes, file } = openInputFile(this.#context.resolvePath(path), this.#startByte);
    this.#file = file;
    this.#current = bytes;
    return bytes;
  }
}

function otherInput(place: string, what: string): StageError {
  const advice = 'Put the old list back, or start over with --restart.';
  return new StageError('CHECKPOINT_MISMATCH', `${place}: ${what} ${advice}`);
}

function itemsOf(lines: readonly TextLine[], input: string, firstLine: number): readonly SourceItem[] {
  const items: SourceItem[] = [];
  for (const line of lines) {
    if (line.line >= firstLine && !line.text.startsWith('#')) items.push(itemOf(line, input));
  }
  return items;
}

function itemOf(line: TextLine, input: string): SourceItem {
  const origin = { input, line: line.line, offset: line.offset };
  try {
    return { origin, sourceUrl: line.text, url: parseInputUrl(line) };
  } catch (error) {
    if (error instanceof RecordError) return { origin, sourceUrl: line.text, error };
    throw error;
  }
}

function urlRows(bytes: Readable, format: TableFormat, name: string): AsyncIterable<readonly TableRow[]> {
  return tableRows(bytes, { format, name, columns: [URL_COLUMN], required: [URL_COLUMN] });
}

/** As the failures and pages outputs name it. */
const URL_COLUMN = 'source_url';

function rowItem({ line, offset, values, defect }: TableRow, input: string): SourceItem {
  const text = (values[0] ?? '').trim();
  if (defect === undefined) return itemOf({ text, line, offset }, input);
  return { origin: { input, line, offset }, sourceUrl: text, error: invalidInput(text, `the line is ${defect}`) };
}
