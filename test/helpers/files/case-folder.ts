import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandLineResult, callSluice } from '../processes/command-line.ts';
import { removeFolder, temporaryFolder } from './samples.ts';

/** A folder with a pipeline, `a.yaml`, and its tests, `a.test.yaml`. */
export class CaseFolder {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes one: `fetch` is what its pipeline has among the options of that step. */
  static async make(fetch = 'timeout: 30s'): Promise<CaseFolder> {
    const made = new CaseFolder(await temporaryFolder());
    await made.write('a.yaml', pipelineWith(fetch));
    // `<a href=packed>`, compressed.
    const page = 'H4sIAAAAAAACA7NJVMgoSk2zLUhMzk5NsQMAgmXb4Q8AAAA=';
    await made.write('page.gz', Buffer.from(page, 'base64'));
    return made;
  }

  async write(name: string, content: string | Uint8Array): Promise<void> {
    await writeFile(join(this.#folder, name), content);
  }

  /** Texts in the cases are taken as they are: `${` is no reference. */
  async writeCases(...cases: readonly object[]): Promise<void> {
    const text = JSON.stringify({ cases }, null, 1).replaceAll('${', () => '$${');
    await this.write('a.test.yaml', text);
  }

  read(name: string): Promise<string> {
    return readFile(join(this.#folder, name), 'utf8');
  }

  list(): Promise<readonly string[]> {
    return readdir(this.#folder);
  }

  /** Runs `sluice test` there. */
  test(...args: readonly string[]): Promise<CommandLineResult> {
    return callSluice(['test', ...args], { cwd: this.#folder });
  }

  remove(): Promise<void> {
    return removeFolder(this.#folder);
  }
}

/** The text of the pipeline, with other outputs where they are given. */
export function pipelineWith(fetch: string, sink = 'sink: { tsv: { path: nowhere/links.tsv } }'): string {
  return `source: { lines: { path: urls.txt } }
steps:
  - fetch: { ${fetch}, retries: 2 }
  - links
${sink}
`;
}
