import zlib from 'node:zlib';
import { type ByteSink, OUTPUT_CHUNK_BYTES, type ZlibStream } from './engine.ts';
import { GzipStage } from './gzip-stage.ts';
import { type DecodingStage, PlainStage, type StageEvents } from './stage.ts';

/** More codings in a row than this are an attack, not a page. */
const CODINGS_MAX = 5;

/** The sender must not use a larger window than 8 MB (RFC 9659, 3). */
const ZSTD_WINDOW_LOG_MAX = 23;

/** ZSTD_d_windowLogMax of zstd.h, which Node's zlib.constants have only where it has zstd. */
const ZSTD_WINDOW_LOG_MAX_PARAMETER = 100;

/** Where Node has it (22.15 and later); Node 20's types don't know it. */
const createZstdDecompress: ((options: object) => ZlibStream) | undefined = Reflect.get(zlib, 'createZstdDecompress');

/** The codings that this version of Node can undo, as the Accept-Encoding field lists them. */
export const acceptEncoding = createZstdDecompress === undefined ? 'gzip, deflate, br' : 'gzip, deflate, br, zstd';

/**
 * The codings of a Content-Encoding field in the order in which they are to be undone (RFC 9110, 8.4). A name that is no coding's,
 * such as `utf-8` or `none`, changes nothing, as browsers have it. Undefined where there is one that we can't undo, or more than five.
 */
export function contentCodings(field: string | readonly string[] | undefined): readonly string[] | undefined {
  if (field === undefined) return NONE;
  const codings: string[] = [];
  for (const item of String(field).toLowerCase().split(',')) {
    const coding = item.trim();
    if (stages.has(coding)) codings.unshift(coding);
    else if (OTHER_CODINGS.has(coding)) return undefined;
  }
  return codings.length > CODINGS_MAX ? undefined : codings;
}

/**
 * Makes what undoes `codings` (at least one, from `contentCodings`): bytes written to it come out at `sink`, decoded.
 *
 * Bound: a chunk of input and 64 KB of output for each coding. `write` gives false until `onRoom`; `sink` always has room.
 * Errors: `onError`, for data that does not decode or is cut off.
 */
export function createDecoder(codings: readonly string[], sink: ByteSink, events: StageEvents): DecodingStage {
  const chain: DecodingStage[] = [];
  // The last stage is made first, because each writes to the one behind it and wakes the one before it.
  for (let index = codings.length - 1; index >= 0; index -= 1) {
    const make = stages.get(codings[index] ?? '');
    if (make === undefined) throw new Error(`no such coding: ${codings[index]}`);
    const onRoom = index === 0 ? events.onRoom : () => chain[index - 1]?.resume();
    chain[index] = make(chain[index + 1] ?? sink, { onRoom, onError: events.onError });
  }
  const [first] = chain;
  if (first === undefined) throw new Error('no coding to undo');
  return {
    write: (chunk) => first.write(chunk),
    end: () => first.end(),
    resume: () => chain.at(-1)?.resume(),
    destroy: () => {
      for (const stage of chain) stage.destroy();
    },
  };
}

const NONE: readonly string[] = [];

/** Codings that we never ask for (https://www.iana.org/assignments/http-parameters, content coding registry); zstd where Node has it not. */
const OTHER_CODINGS: ReadonlySet<string> = new Set([
  'aes128gcm',
  'compress',
  'dcb',
  'dcz',
  'exi',
  'pack200-gzip',
  'sdch',
  'x-compress',
  'zstd',
]);

type StageFactory = (sink: ByteSink, events: StageEvents) => DecodingStage;

const gzip: StageFactory = (sink, events) => new GzipStage(sink, events);

const stages: ReadonlyMap<string, StageFactory> = new Map([
  ['gzip', gzip],
  // RFC 9110, 8.4.1.3.
  ['x-gzip', gzip],
  ['deflate', (sink, events) => new PlainStage(openDeflate, sink, events)],
  ['br', (sink, events) => new PlainStage(openBrotli, sink, events)],
  ...(createZstdDecompress === undefined ? [] : [['zstd', zstd] as const]),
]);

/**
 * Deflate in the zlib format, as RFC 9110 (8.4.1.2) has it, or bare, as some servers send it. A zlib header's first
 * byte ends in 8 (RFC 1950, 2.2); a bare stream would start like that only with a stored block and non-zero padding.
 */
function openDeflate(firstByte: number): ZlibStream {
  const options = { chunkSize: OUTPUT_CHUNK_BYTES };
  return (firstByte & 0x0f) === 8 ? zlib.createInflate(options) : zlib.createInflateRaw(options);
}

function openBrotli(): ZlibStream {
  return zlib.createBrotliDecompress({ chunkSize: OUTPUT_CHUNK_BYTES });
}

function zstd(sink: ByteSink, events: StageEvents): DecodingStage {
  const params = { [ZSTD_WINDOW_LOG_MAX_PARAMETER]: ZSTD_WINDOW_LOG_MAX };
  const open = () => {
    if (createZstdDecompress === undefined) throw new Error('this version of Node has no zstd');
    return createZstdDecompress({ chunkSize: OUTPUT_CHUNK_BYTES, params });
  };
  return new PlainStage(open, sink, events);
}
