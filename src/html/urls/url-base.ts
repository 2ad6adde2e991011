import { parseUrl } from '../../core/urls/parse-url.ts';

/*
 * What the parser of the URL standard leaves as it is in an http(s) URL, by the state that it is in
 * (https://url.spec.whatwg.org/#concept-basic-url-parser). What is left out here is not wrong, but the parser's business: a
 * circumflex, percent-encoded dots, digits where they may be an IPv4 address.
 */
/** No character of the path percent-encode set, no backslash. */
const SEGMENT = "[A-Za-z0-9\\-._~!$&'()*+,;=:@%|[\\]]";
/** A segment of dots is none, and the dots may be percent-encoded. */
const NO_DOTS = '(?!\\.|%2)';
/** No character of the special-query percent-encode set, nor of the fragment percent-encode set. */
const REST = '(?:\\?[^\\0-\\x20"#<>\'\\x7f-\\uffff]*)?(?:#[^\\0-\\x20"<>`\\x7f-\\uffff]*)?$';
const PATH = `(?:/${NO_DOTS}${SEGMENT}*)*`;
/** Labels in lower case, the last one no number. */
const LABELS = '(?:(?!xn--)[a-z0-9][a-z0-9-]*\\.)*(?!xn--)[a-z][a-z0-9-]*';
/** Of at most 255 characters, see `parseUrl`. */
const HOST = `(?=[^/]{1,255}/)${LABELS}(?=/)`;

const ABSOLUTE = new RegExp(`^https?://${HOST}${PATH}${REST}`);
/** A host alone: its path is a slash. */
const ORIGIN = new RegExp(`^https?://(?=.{1,255}$)${LABELS}$`);
const SCHEME_RELATIVE = new RegExp(`^//${HOST}${PATH}${REST}`);
const ROOT_RELATIVE = new RegExp(`^${PATH}${REST}`);
/** Behind the dots of `../`. A colon in the first segment might be read as the end of a scheme. */
const DIRECTORY_RELATIVE = new RegExp(`^(?:${NO_DOTS}(?![^/?#]*:)${SEGMENT}+${PATH})?${REST}`);
const REST_ALONE = new RegExp(`^${REST}`);

const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

const SLASH = 0x2f;
const DOT = 0x2e;
const HASH = 0x23;
const QUESTION = 0x3f;

/** Gives the scheme that a URL as written begins with, in lower case and with its colon, or undefined where that takes the parser. */
export function schemeOf(raw: string): string | undefined {
  return SCHEME.exec(raw)?.[0].toLowerCase();
}

/**
 * A base URL to which most references of a page can be added without the parser: those that are in their normal form.
 * It is proven equal to the parser by tests with generated references.
 */
export class UrlBase {
  /** The base as it was given. */
  readonly text: string;
  /** False for a base that itself needs the parser. */
  readonly #isUsable: boolean;
  /** With its colon. */
  readonly #scheme: string;
  /** Scheme, user and host. */
  readonly #origin: string;
  /** The directory, from its first slash to its last. */
  readonly #directory: string;
  /** All but the query and the fragment; all but the fragment. */
  readonly #document: string;
  readonly #withQuery: string;
  /** Node's parser drops it together with the fragment. */
  readonly #hasEmptyQuery: boolean;

  constructor(text: string) {
    this.text = text;
    const base = parseUrl(text);
    const { protocol = '', href = '', pathname = '' } = base ?? {};
    this.#isUsable = (protocol === 'http:' || protocol === 'https:') && !pathname.includes('^');
    this.#scheme = protocol;
    this.#origin = href.slice(0, href.indexOf('/', protocol.length + 2));
    this.#directory = pathname.slice(0, pathname.lastIndexOf('/') + 1);
    this.#document = this.#origin + pathname;
    this.#withQuery = this.#document + (base?.search ?? '');
    this.#hasEmptyQuery = base?.search === '' && href.startsWith('?', this.#document.length);
  }

  /** Gives what `parseUrl` and `serialize` would, or undefined where it takes these. */
  resolve(raw: string): string | undefined {
    if (!this.#isUsable || raw === '') return undefined;
    switch (raw.charCodeAt(0)) {
      case SLASH:
        if (raw.charCodeAt(1) === SLASH) return SCHEME_RELATIVE.test(raw) ? this.#scheme + raw : undefined;
        return ROOT_RELATIVE.test(raw) ? this.#origin + raw : undefined;
      case HASH:
        return !this.#hasEmptyQuery && REST_ALONE.test(raw) ? this.#withQuery + raw : undefined;
      case QUESTION:
        return REST_ALONE.test(raw) ? this.#document + raw : undefined;
      case DOT:
        return this.#resolveDots(raw);
      default:
        if (ABSOLUTE.test(raw)) return raw;
        if (ORIGIN.test(raw)) return `${raw}/`;
        return DIRECTORY_RELATIVE.test(raw) ? this.#origin + this.#directory + raw : undefined;
    }
  }

  /** https://url.spec.whatwg.org/#shorten-a-urls-path */
  #resolveDots(raw: string): string | undefined {
    let directory = this.#directory;
    let start = 0;
    for (;;) {
      if (raw.startsWith('./', start)) {
        start += 2;
      } else if (raw.startsWith('../', start)) {
        start += 3;
        directory = directory.slice(0, directory.lastIndexOf('/', directory.length - 2) + 1) || '/';
      } else {
        break;
      }
    }
    const rest = raw.slice(start);
    return start > 0 && DIRECTORY_RELATIVE.test(rest) ? this.#origin + directory + rest : undefined;
  }
}
