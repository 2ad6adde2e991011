import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

const SAMPLE_ORIGIN = 'http://127.0.0.1:8080';

/** The rows that the sample list must give, without the header: made by hand from the pages, not by the program. */
export async function expectedRows(): Promise<readonly string[]> {
  return (await readFile(join(root, 'samples/expected/links.tsv'), 'utf8')).trimEnd().split('\n').slice(1);
}

/** The lines of the sample list that must fail, in order, with their codes. */
export async function expectedFailures(): Promise<readonly unknown[]> {
  const text = await readFile(join(root, 'samples/expected/failures.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** The sample list as it must read for a site that is served at `origin`. */
export async function sampleList(origin: string): Promise<string> {
  return (await readFile(join(root, 'samples/urls.txt'), 'utf8')).replaceAll(SAMPLE_ORIGIN, origin);
}

/** Puts the sample site's own port back in place of the one that a test got. */
export function inOriginalPort(text: string): string {
  return text.replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, SAMPLE_ORIGIN);
}

/**
 * The parsed URLs of each page by its source URL, pages sorted. Pages may come in any order, the rows of one may not:
 * a page whose rows are not in one piece has an entry for each piece.
 */
export function rowsOfPages(rows: readonly string[]): readonly { readonly source: string; readonly links: string[] }[] {
  const pages: { source: string; links: string[] }[] = [];
  for (const row of rows) {
    const [source = '', link = ''] = row.split('\t');
    const last = pages.at(-1);
    if (last?.source === source) last.links.push(link);
    else pages.push({ source, links: [link] });
  }
  return pages.sort((one, other) => (one.source < other.source ? -1 : 1));
}

/** Makes a folder of the test's own. The caller removes it, with `removeFolder`. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'test-samples-'));
}

/** Removes a folder and all in it; one that was never made is no error, so that it can stand in any clean-up. */
export function removeFolder(folder: string | undefined): Promise<void> {
  return folder === undefined ? Promise.resolve() : rm(folder, { recursive: true, force: true });
}
