/** No host name is longer (RFC 1035, 2.3.4), and what a parser does to longer ones takes time that grows with its square. */
const MAX_HOST_LENGTH = 255;

/** The host of a URL that has one of the schemes whose hosts are names. */
const HOST = /^[\0-\x20]*(?:(?:https?|wss?|ftp|file):[\\/]*|[\\/]{2,})(?:[^\\/?#]*@)?([^\\/?#]*)/i;

/**
 * Parses a URL as the URL standard does (https://url.spec.whatwg.org/#concept-basic-url-parser); the one way from text to URL.
 * Gives undefined where it does not parse, and where its host is too long to be one.
 */
export function parseUrl(text: string, base?: string): URL | undefined {
  if (text.length > MAX_HOST_LENGTH && hasLongHost(text)) return undefined;
  // Neither `new URL`, whose error costs as much as ten parses, nor `canParse`, which rejects Latin-1 characters in hosts
  // once it has been optimised (Node 20 and 22).
  return URL.parse(text, base) ?? undefined;
}

function hasLongHost(text: string): boolean {
  const host = HOST.exec(text.replace(/[\t\n\r]+/g, ''))?.[1];
  return host !== undefined && host.length > MAX_HOST_LENGTH;
}
