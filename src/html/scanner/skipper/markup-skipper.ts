import type { Chunk } from '../bytes.ts';
import type { NameCache } from '../names/name-cache.ts';
import { MARKUP_SKIPPER_BASE64 } from './markup-skipper-module.ts';
import { skipMarkup } from './skip.ts';

/** Passes over text and tags that can't matter, for all documents, one chunk at a time. */
export interface MarkupSkipper {
  /** Gives what `skipMarkup` of skip.ts gives, which see. */
  skip(chunk: Chunk, from: number, skipsEndTags: boolean): number;
  /** Forgets the chunk that was skipped in last, which is kept until then. */
  release(): void;
}

/**
 * Gives the skipper in WebAssembly; the one in JavaScript where the engine has no WebAssembly, or none with vectors
 * (https://webassembly.github.io/spec/core/syntax/types.html#vector-types).
 */
export function markupSkipper(names: NameCache, webAssembly = engine()): MarkupSkipper {
  try {
    if (webAssembly !== null) return new WasmMarkupSkipper(names, webAssembly);
  } catch {
    // The module is always the same: it is the engine that can't compile it, or has no memory for it.
  }
  return new JsMarkupSkipper(names);
}

/** What we need of the engine's WebAssembly (https://webassembly.github.io/spec/js-api/). */
export interface WebAssemblyEngine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}

/** What the module markup-skipper.wat exports. */
interface SkipperExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly skip: (from: number, length: number, skipsEndTags: number) => number;
}

/** Where the chunk begins in the module's memory, as markup-skipper.wat says. */
const CHUNK_START = 512;
/** The bytes behind the chunk that a search may read. */
const READ_AHEAD = 16;
/** Bytes. From here on it takes about half of the time; tiny chunks are many where a document comes byte by byte. */
const MIN_CHUNK_LENGTH = 256;

/** Skips in WebAssembly. Memory: 128 KiB, whatever the chunks; those that don't fit, and tiny ones, are skipped in by JavaScript. */
export class WasmMarkupSkipper implements MarkupSkipper {
  readonly #names: NameCache;
  readonly #skip: SkipperExports['skip'];
  readonly #memory: Uint8Array;
  readonly #maxChunkLength: number;
  /** The chunk that the memory has. */
  #chunk: Chunk | undefined;

  /** Throws where the engine can't compile the module. */
  constructor(names: NameCache, webAssembly: WebAssemblyEngine) {
    const module = new webAssembly.Module(Buffer.from(MARKUP_SKIPPER_BASE64, 'base64'));
    const { memory, skip } = new webAssembly.Instance(module).exports as SkipperExports;
    this.#names = names;
    this.#skip = skip;
    this.#memory = new Uint8Array(memory.buffer, CHUNK_START);
    this.#maxChunkLength = this.#memory.length - READ_AHEAD;
    names.copyLengths(new Int32Array(memory.buffer));
  }

  skip(chunk: Chunk, from: number, skipsEndTags: boolean): number {
    if (this.#chunk !== chunk && !this.#load(chunk)) return skipMarkup(chunk, from, this.#names, skipsEndTags);
    return this.#skip(from, chunk.length, skipsEndTags ? 1 : 0);
  }

  release(): void {
    this.#chunk = undefined;
  }

  #load(chunk: Chunk): boolean {
    if (chunk.length < MIN_CHUNK_LENGTH || chunk.length > this.#maxChunkLength) return false;
    this.#memory.set(chunk.bytes);
    this.#chunk = chunk;
    return true;
  }
}

/** Skips in JavaScript: the reference. */
export class JsMarkupSkipper implements MarkupSkipper {
  readonly #names: NameCache;

  constructor(names: NameCache) {
    this.#names = names;
  }

  skip(chunk: Chunk, from: number, skipsEndTags: boolean): number {
    return skipMarkup(chunk, from, this.#names, skipsEndTags);
  }

  release(): void {}
}

/** Node has no WebAssembly under --jitless. */
function engine(): WebAssemblyEngine | null {
  return (Reflect.get(globalThis, 'WebAssembly') as WebAssemblyEngine | undefined) ?? null;
}
