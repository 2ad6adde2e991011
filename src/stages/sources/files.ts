import { setMaxListeners } from 'node:events';
import { z } from 'zod';
import type { PageType } from '../../core/record.ts';
import type { SourceItem } from '../../core/stage/source-item.ts';
import {
  defineSource,
  type Source,
  type SourceIdentity,
  type SourceResume,
  type StageContext,
} from '../../core/stage.ts';
import { size } from '../../core/units.ts';
import { parseUrl } from '../../core/urls/parse-url.ts';
import { compressionOf, requireCompression } from '../../formats/compression.ts';
import { pathList } from '../../formats/inputs/input-reader.ts';
import { otherInput } from '../../formats/inputs/known-input.ts';
import { PrefixHash } from '../../formats/inputs/prefix-hash.ts';
import { writeFileBytes } from '../../formats/pages/file-bytes.ts';
import { type PageFile, pageFiles } from '../../formats/pages/page-files.ts';
import { PageRoom } from '../../formats/pages/page-room.ts';
import { StoredBody } from '../../formats/pages/stored-body.ts';

/** Pages that are given and not read yet: the most files that are open at once. */
const OPEN_FILES_MAX = 32;

const options = z.strictObject({
  path: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe(
      'Files, folders (all below) and patterns such as `site/**/*.html`, one or a list; `.gz` and `.zst` are decompressed. Read in the order of their names.',
    )
    .meta({ examples: ['site/**/*.html', ['index.html', 'archive']] }),
  baseUrl: z
    .string()
    .refine((url) => /^https?:$/.test(parseUrl(url)?.protocol ?? ''), {
      error: 'expected an http(s) URL such as https://example.com/',
    })
    .default('http://localhost/')
    .describe(
      'What the pages are relative to: a file has this URL and its path below the folder that `path` names or its pattern begins with. The links of the page are resolved against that.',
    )
    .meta({ examples: ['https://example.com/'] }),
  accept: z
    .array(z.enum(['html', 'xml', 'text']))
    .min(1)
    .default(['html'])
    .describe(
      'Types of pages: html (.html, .htm, .xhtml), xml (.xml, .rss, .atom), text (.txt). Other files are no input; one that is named itself is.',
    ),
  maxBytes: size().prefault('10MB').describe('Largest page, decompressed; a larger one fails.'),
});

/** The source `files`: pages on the disk, read without a network. */
export const filesSource = defineSource({
  name: 'files',
  summary: 'Reads local files as pages: their paths are the source_url, and nothing is fetched.',
  example: {
    source: { files: { path: 'site', baseUrl: 'https://example.com/' } },
    steps: ['links'],
    sink: { tsv: { path: 'links.tsv' } },
  },
  output: 'page',
  options,
  mainOption: 'path',
  create: (given, context, resume) => new FileReader(given, context, resume),
});

const CONTENT_TYPES: Readonly<Record<PageType, string | null>> = {
  // Without a word of the encoding: the page itself says which it has.
  html: null,
  xml: 'application/xml',
  text: 'text/plain',
};

class FileReader implements Source {
  readonly items: AsyncIterable<readonly SourceItem[]>;
  readonly #options: z.output<typeof options>;
  readonly #context: StageContext;
  readonly #resume: SourceResume | undefined;
  readonly #room = new PageRoom(OPEN_FILES_MAX);
  readonly #baseUrl: URL;
  /** One of its own, to which every file that is being read may listen. */
  readonly #signal: AbortSignal;
  #files: readonly PageFile[] = [];
  /** Of the names that were given, by this run or an earlier one. */
  #names = new PrefixHash();
  #given = 0;
  #named = 0;

  constructor(given: z.output<typeof options>, context: StageContext, resume: SourceResume | undefined) {
    this.#options = given;
    this.#context = context;
    this.#resume = resume;
    this.#signal = AbortSignal.any([context.signal]);
    setMaxListeners(OPEN_FILES_MAX, this.#signal);
    this.#baseUrl = new URL(given.baseUrl);
    if (!this.#baseUrl.pathname.endsWith('/')) this.#baseUrl.pathname += '/';
    this.items = this.#read();
  }

  async open(): Promise<void> {
    const { path, accept } = this.#options;
    const resolvePath = (name: string) => this.#context.resolvePath(name);
    this.#files = await pageFiles(pathList(path), accept, resolvePath);
    if (this.#files.some(({ name }) => compressionOf(name) === 'zst')) requireCompression('zst');
    if (this.#resume !== undefined) this.#takeUp(this.#resume);
  }

  identity(): SourceIdentity {
    return [{ input: INPUT, ...this.#names.prefix }];
  }

  progress(): { read: number; total: number | null } {
    return { read: this.#given, total: this.#files.length };
  }

  close(): void {
    this.#room.close();
  }

  /** Files that come behind those that were read may be new; no other. */
  #takeUp({ from, known }: SourceResume): void {
    const [expected] = known;
    if (expected === undefined) return;
    const names = new PrefixHash(expected);
    for (let bytes = 0; bytes < expected.bytes && this.#named < this.#files.length; this.#named += 1) {
      const name = nameBytes(this.#files[this.#named]);
      names.update(name);
      bytes += name.length;
    }
    if (names.isExpected !== true)
      throw otherInput('files', 'files that had been read are gone, or others are among them');
    this.#names = names;
    this.#given = from === undefined ? 0 : this.#files.findIndex(({ name }) => name === from.input);
  }

  async *#read(): AsyncGenerator<readonly SourceItem[], void, undefined> {
    while (this.#given < this.#files.length) {
      if (!(await this.#room.take(1))) return;
      const file = this.#files[this.#given];
      if (file === undefined) return;
      if (this.#given === this.#named) {
        this.#names.update(nameBytes(file));
        this.#named += 1;
      }
      this.#given += 1;
      yield [this.#itemOf(file)];
    }
  }

  #itemOf(file: PageFile): SourceItem {
    const { name, below, type } = file;
    const { resolvePath } = this.#context;
    const contentType = CONTENT_TYPES[type];
    const path = below.split('/').map(encodeURIComponent).join('/');
    const response = {
      finalUrl: new URL(path, this.#baseUrl).href,
      status: 200,
      headers: contentType === null ? {} : { 'content-type': contentType },
      redirects: [],
    };
    const body = new StoredBody({
      response,
      facts: { contentType },
      name,
      maxBytes: this.#options.maxBytes,
      feed: (write) => writeFileBytes({ path: resolvePath(name), name }, write, this.#signal),
      done: () => this.#room.give(1),
    });
    return { origin: { input: name, line: 1, offset: 0 }, sourceUrl: name, page: { response, body } };
  }
}

/** The name under which a checkpoint knows the list of the files. */
const INPUT = 'files';

function nameBytes(file: PageFile | undefined): Buffer {
  return Buffer.from(`${file?.name}\0`);
}
