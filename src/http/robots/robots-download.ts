import type { BodyReader } from '../../core/record.ts';
import { type BodyBound, PageBody, type Reopen } from '../exchange/page-body.ts';
import { Visit } from '../visit.ts';
import type { VisitContext } from '../visit-context.ts';
import { ROBOTS_PATH } from './robots-rules.ts';

/** A parser must take at least as much of a file (RFC 9309, 2.5). */
const PARSED: Omit<BodyBound, 'clock'> = { maxBytes: 500 * 1_024, truncate: true };
/** At least as many must be followed, also to other hosts (RFC 9309, 2.3.1.2). */
const REDIRECTS_MAX = 5;

/** What it takes to get a file: what visits of pages share, and how a body that broke off is opened again. */
export interface DownloadContext {
  readonly visit: VisitContext;
  readonly reopen: Reopen;
}

/**
 * Gets the robots.txt of an origin as the engine gets pages: scheduled, guarded, timed out, tried again. Of any type.
 *
 * Bound: 500 KiB; of a longer file the whole lines within that, and the rest is not read.
 * Errors: RecordError, as of a page.
 */
export async function downloadRobots({ visit: context, reopen }: DownloadContext, origin: string): Promise<Uint8Array> {
  const own = robotsContext(context);
  const visit = new Visit(own, new URL(ROBOTS_PATH, origin));
  // All URLs of the origin wait for it, so it goes ahead of those of other origins on the host.
  const answer = await visit.open(0);
  const { result } = await new PageBody(visit, answer, own, reopen).read(() => new AllBytes());
  return result.length < PARSED.maxBytes ? result : wholeLines(result);
}

function robotsContext(context: VisitContext): VisitContext {
  return {
    ...context,
    types: 'any',
    maxRedirects: REDIRECTS_MAX,
    ...PARSED,
    permit: undefined,
  };
}

class AllBytes implements BodyReader<Buffer> {
  readonly #chunks: Uint8Array[] = [];

  write(chunk: Uint8Array): void {
    this.#chunks.push(Uint8Array.from(chunk));
  }

  end(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** Half a line could allow what the whole one doesn't. */
function wholeLines(bytes: Buffer): Uint8Array {
  return bytes.subarray(0, Math.max(bytes.lastIndexOf('\n'), bytes.lastIndexOf('\r')) + 1);
}
