/** A record of a WARC file with these fields and this block. */
export function warcRecord(fields: Readonly<Record<string, string | number>>, block: string | Uint8Array): Buffer {
  const bytes = Buffer.from(block);
  const all = { 'Content-Length': bytes.length, ...fields };
  const header = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`WARC/1.1\r\n${header.join('')}\r\n`), bytes, Buffer.from('\r\n\r\n')]);
}

/** The record of an HTTP answer: `HTTP/1.1 200 OK`, an HTML page unless `head` says otherwise. */
export function warcResponse(
  url: string,
  body: string | Uint8Array,
  head = 'Content-Type: text/html\r\n',
  status = 200,
) {
  const block = Buffer.concat([Buffer.from(`HTTP/1.1 ${status} OK\r\n${head}\r\n`), Buffer.from(body)]);
  const fields = {
    'WARC-Type': 'response',
    'WARC-Target-URI': url,
    'Content-Type': 'application/http; msgtype=response',
  };
  return warcRecord(fields, block);
}

/** The record with which files begin. */
export const warcInfo = warcRecord({ 'WARC-Type': 'warcinfo', 'Content-Type': 'application/warc-fields' }, 'a: b\r\n');
