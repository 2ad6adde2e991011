import { inputFileSize, openInputFile, unreadable } from '../inputs/input-file.ts';
import { tableFormatOf, tableRows } from './table-rows.ts';

/** What an earlier run learned of a page; its validators are empty where it had none. */
export interface KnownPage {
  readonly sourceUrl: string;
  readonly finalUrl: string;
  readonly etag: string;
  readonly lastModified: string;
}

/** Columns of the pages output. Where there is no `outcome`, each row counts. */
const REQUIRED_COLUMNS = ['source_url', 'final_url', 'etag', 'last_modified'];
const COLUMNS = [...REQUIRED_COLUMNS, 'outcome'];

/**
 * Reads the pages output of an earlier run, in batches. What came to nothing then is left out: it is to be fetched again,
 * whatever it had. `name` is what the user calls the file.
 *
 * Errors: StageError where the file can't be read, or lacks one of the required columns.
 */
export async function* knownPages(path: string, name: string): AsyncGenerator<readonly KnownPage[], void, undefined> {
  await inputFileSize(path, name);
  const { bytes } = openInputFile(path);
  const format = tableFormatOf(name) ?? 'jsonl';
  try {
    for await (const rows of tableRows(bytes, { format, name, columns: COLUMNS, required: REQUIRED_COLUMNS })) {
      yield rows.flatMap(({ values }): readonly KnownPage[] => {
        const [sourceUrl, finalUrl, etag = '', lastModified = '', outcome] = values;
        const isKnown = sourceUrl !== undefined && finalUrl !== undefined && outcome !== 'failed';
        return isKnown ? [{ sourceUrl, finalUrl, etag, lastModified }] : [];
      });
    }
  } catch (error) {
    throw unreadable(name, error);
  }
}
