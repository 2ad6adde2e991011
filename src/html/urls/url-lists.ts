/**
 * Gives the URLs of a `srcset` or `imagesrcset` value, in order, without their descriptors.
 *
 * Follows the standard's grammar and splits candidates as its parser does
 * (https://html.spec.whatwg.org/#parse-a-srcset-attribute); candidates whose descriptors are in error are given too,
 * since what is asked for is where the attribute points, not which image a screen would choose.
 */
export function srcsetUrls(value: string): string[] {
  const urls: string[] = [];
  let position = 0;
  for (;;) {
    position = skip(value, position, isSpaceOrComma);
    if (position >= value.length) return urls;
    const end = skip(value, position, (code) => !isSpace(code));
    const url = withoutTrailingCommas(value.slice(position, end));
    urls.push(url);
    // A comma right behind the URL ends the candidate: it has no descriptors.
    position = url.length < end - position ? end : endOfDescriptors(value, end);
  }
}

/** Gives the URLs of a value that is a set of them with ASCII white space between (`ping`), in order. */
export function tokenUrls(value: string): string[] {
  return value.split(/[\t\n\f\r ]+/).filter((token) => token !== '');
}

/**
 * Gives the URL of a refresh (`5; url=next.html`), or undefined where the value is no refresh or names no URL.
 *
 * Follows the shared declarative refresh steps (https://html.spec.whatwg.org/#shared-declarative-refresh-steps).
 */
export function refreshUrl(value: string): string | undefined {
  // Without digits there must be a dot, and what follows the number must be a separator.
  const time = /^[\t\n\f\r ]*(?:[0-9][0-9.]*|\.[0-9.]*)(?=[;,\t\n\f\r ])[\t\n\f\r ]*[;,]?[\t\n\f\r ]*/.exec(value);
  if (time === null) return undefined;
  const rest = value.slice(time[0].length);
  if (rest === '') return undefined;
  const label = /^url[\t\n\f\r ]*=[\t\n\f\r ]*/i.exec(rest);
  const named = label === null ? rest : rest.slice(label[0].length);
  const quote = named[0];
  if (quote !== '"' && quote !== "'") return named;
  const end = named.indexOf(quote, 1);
  return end === -1 ? named.slice(1) : named.slice(1, end);
}

function skip(value: string, from: number, isSkipped: (code: number) => boolean): number {
  let position = from;
  while (position < value.length && isSkipped(value.charCodeAt(position))) position += 1;
  return position;
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d && code !== 0x0b);
}

function isSpaceOrComma(code: number): boolean {
  return code === 0x2c || isSpace(code);
}

function withoutTrailingCommas(url: string): string {
  let end = url.length;
  while (end > 0 && url.charCodeAt(end - 1) === 0x2c) end -= 1;
  return url.slice(0, end);
}

/** The position behind the comma that ends a candidate's descriptors. A comma in parentheses does not. */
function endOfDescriptors(value: string, from: number): number {
  let isInParentheses = false;
  for (let position = from; position < value.length; position += 1) {
    const character = value[position];
    if (isInParentheses) isInParentheses = character !== ')';
    else if (character === '(') isInParentheses = true;
    else if (character === ',') return position + 1;
  }
  return value.length;
}
