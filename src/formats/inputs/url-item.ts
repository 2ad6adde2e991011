import { RecordError } from '../../core/errors.ts';
import type { Fields } from '../../core/record.ts';
import type { SourceItem } from '../../core/stage/source-item.ts';
import { parseInputUrl } from './input-url.ts';

/** What is known of an entry of an input that names a URL. */
export interface NamedUrl {
  readonly origin: SourceItem['origin'];
  /** As given, trimmed. */
  readonly sourceUrl: string;
  readonly fields?: Fields;
}

/** The item of an entry that names a URL, by the rules for a line of a list; a failed one where it names none. */
export function urlItem(entry: NamedUrl): SourceItem {
  try {
    return { ...entry, url: parseInputUrl({ text: entry.sourceUrl }) };
  } catch (error) {
    if (error instanceof RecordError) return { ...entry, error };
    throw error;
  }
}
