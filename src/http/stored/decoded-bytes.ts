import { RecordError } from '../../core/errors.ts';
import { createDecoder } from '../decoding/decode.ts';

const PIECE_BYTES = 65_536;

/**
 * Hands over bytes in pieces of 64 KiB at most, with `codings` (from `contentCodings`) undone; resolves behind the last.
 *
 * Bytes that are said to be gzip and don't begin like that are taken as they are: some tools decode an answer before they
 * keep it. Errors: what `write` throws, behind which nothing is written; RecordError `decode`, with the page's `name`.
 */
export function writeDecoded(
  bytes: Buffer,
  codings: readonly string[],
  write: (chunk: Uint8Array) => void,
  name: string,
): Promise<void> {
  if (codings.length === 0 || bytes.length === 0 || (isGzip(codings) && !hasGzipMagic(bytes))) {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) write(bytes.subarray(at, at + PIECE_BYTES));
    return Promise.resolve();
  }
  return new Promise((resolve, reject) => {
    let at = 0;
    const fail = (error: unknown) => {
      decoder.destroy();
      reject(error);
    };
    const sink = {
      write: (chunk: Uint8Array) => {
        try {
          write(chunk);
        } catch (error) {
          fail(error);
        }
        return true;
      },
      end: resolve,
    };
    const feed = () => {
      while (at < bytes.length) {
        const piece = bytes.subarray(at, at + PIECE_BYTES);
        at += piece.length;
        if (!decoder.write(piece)) return;
      }
      decoder.end();
    };
    const decoder = createDecoder(codings, sink, {
      onRoom: feed,
      onError: (cause) => fail(undecodable(name, codings, cause)),
    });
    feed();
  });
}

function undecodable(name: string, codings: readonly string[], cause: Error): RecordError {
  const text = `${name}: the body does not decode as ${codings.toReversed().join(', ')} (${cause.message})`;
  return new RecordError('decode', text, { cause });
}

function isGzip([coding, ...others]: readonly string[]): boolean {
  return others.length === 0 && (coding === 'gzip' || coding === 'x-gzip');
}

/** RFC 1952, 2.3.1. */
export function hasGzipMagic(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
