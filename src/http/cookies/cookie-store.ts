import { type Cookie, MemoryCookieStore } from 'tough-cookie';

type Callback = Parameters<MemoryCookieStore['putCookie']>[1];

/** A store of cookies that counts what changes in it: cookies that are new, and values that are other ones. */
export class CountingStore extends MemoryCookieStore {
  changes = 0;

  override putCookie(cookie: Cookie): Promise<void>;
  override putCookie(cookie: Cookie, callback: Callback): void;
  override putCookie(cookie: Cookie, callback?: Callback): unknown {
    this.changes += 1;
    return callback === undefined ? super.putCookie(cookie) : super.putCookie(cookie, callback);
  }

  override updateCookie(before: Cookie, after: Cookie): Promise<void>;
  override updateCookie(before: Cookie, after: Cookie, callback: Callback): void;
  override updateCookie(before: Cookie, after: Cookie, callback?: Callback): unknown {
    // It is put in the place of the one before, which counts it.
    if (before.value === after.value && after.TTL() > 0) this.changes -= 1;
    return callback === undefined ? super.updateCookie(before, after) : super.updateCookie(before, after, callback);
  }
}
