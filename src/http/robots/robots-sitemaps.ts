import type { BodyReader } from '../../core/record.ts';

/** A sitemap that a robots.txt names, as written, and its line. */
export interface NamedSitemap {
  readonly url: string;
  /** 1-based. */
  readonly line: number;
}

/** Finds the sitemaps that a robots.txt names (https://www.sitemaps.org/protocol.html#submit_robots). Bound: the file. */
export class RobotsSitemaps implements BodyReader<readonly NamedSitemap[]> {
  readonly #chunks: Uint8Array[] = [];

  write(chunk: Uint8Array): void {
    this.#chunks.push(Uint8Array.from(chunk));
  }

  end(): readonly NamedSitemap[] {
    const lines = Buffer.concat(this.#chunks)
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .split(/\r\n|\r|\n/);
    return lines.flatMap((text, index) => {
      const [, url] = /^[ \t]*sitemap[ \t]*:[ \t]*([^\s#]\S*)/i.exec(text) ?? [];
      return url === undefined ? [] : [{ url, line: index + 1 }];
    });
  }
}
