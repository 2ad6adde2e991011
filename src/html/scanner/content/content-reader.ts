import type { Chunk } from '../bytes.ts';

/** Passes over content that has no tags: a comment, a script, a title. */
export interface ContentReader {
  /** False once the content has ended. */
  readonly isOpen: boolean;
  /** True if it is an end tag that ends the content; its name is read then, and what stands behind that is not. */
  readonly endsAtTag: boolean;
  /** Reads on; gives the position behind the content, or the chunk's length. */
  scan(chunk: Chunk, from: number): number;
}
