// SPDX-License-Identifier: EUPL-1.2
// The HTTP API: cookies, the CSRF header, errors as values that pages can show. In a browser the browser keeps the cookies;
// in Node we do, in memory.
import { type Bytes, fromUtf8 } from "../seal/bytes";
import { ApiError } from "./errors";

const PREFIX = "/api/v1";
const CSRF_COOKIE = "csrftoken";
const inBrowser = typeof document === "object";

class CookieJar {
  readonly #cookies = new Map<string, string>();

  get(name: string): string | null {
    return this.#cookies.get(name) ?? null;
  }

  header(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  take(response: Response): void {
    for (const line of response.headers.getSetCookie?.() ?? []) {
      const [pair = "", ...attributes] = line.split(";");
      const at = pair.indexOf("=");
      const name = pair.slice(0, at).trim();
      const gone = attributes.some((attribute) => /^\s*max-age=0\s*$/i.test(attribute));
      if (gone) this.#cookies.delete(name);
      else this.#cookies.set(name, pair.slice(at + 1).trim().replace(/^"(.*)"$/, "$1"));
    }
  }

  clear(): void {
    this.#cookies.clear();
  }
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

export class Api {
  readonly #jar: CookieJar | null = inBrowser ? null : new CookieJar();

  /** `origin` without a trailing slash; the page's own in a browser. */
  constructor(readonly origin: string) {}

  get<T>(path: string, options: RequestOptions = {}): Promise<T> {
    return this.#json<T>("GET", PREFIX + path, undefined, options);
  }

  /** A list that comes in pages: follows each answer's `Link: <…>; rel="next"` to the end. */
  async list<T>(path: string, options: RequestOptions = {}): Promise<T[]> {
    const rows: T[] = [];
    for (let next: string | undefined = PREFIX + path; next !== undefined; ) {
      const response = await this.request("GET", next, undefined, options);
      rows.push(...((await response.json()) as T[]));
      next = /^<(\/[^>]*)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1];
    }
    return rows;
  }

  post<T>(path: string, body: unknown = {}, options: RequestOptions = {}): Promise<T> {
    return this.#json<T>("POST", PREFIX + path, body, options);
  }

  put<T>(path: string, body: unknown, options: RequestOptions = {}): Promise<T> {
    return this.#json<T>("PUT", PREFIX + path, body, options);
  }

  /** Raw bytes of a POST under the API. */
  async postForBytes(path: string, body: unknown, options: RequestOptions = {}): Promise<Bytes> {
    return new Uint8Array(await (await this.request("POST", PREFIX + path, body, options)).arrayBuffer());
  }

  /** Text of any path of the server (receipts, checkpoints). */
  async text(path: string, options: RequestOptions = {}): Promise<string> {
    return fromUtf8(await this.bytes(path, options));
  }

  async bytes(path: string, options: RequestOptions = {}): Promise<Bytes> {
    return new Uint8Array(await (await this.request("GET", path, undefined, options)).arrayBuffer());
  }

  /** The answer itself, for streams; throws ApiError unless it is 2xx. A Blob goes as it is. */
  async request(method: string, path: string, body: unknown, options: RequestOptions = {}): Promise<Response> {
    if (method !== "GET" && this.#csrf() === null) await this.#send("GET", `${PREFIX}/csrf`, undefined, {});
    const response = await this.#send(method, path, body, options);
    if (!response.ok) throw await refusal(response);
    return response;
  }

  forget(): void {
    this.#jar?.clear();
  }

  async #json<T>(method: string, path: string, body: unknown, options: RequestOptions): Promise<T> {
    const response = await this.request(method, path, body, options);
    const text = await response.text();
    return (text === "" ? null : JSON.parse(text)) as T;
  }

  async #send(method: string, path: string, body: unknown, { signal, headers = {} }: RequestOptions): Promise<Response> {
    const csrf = this.#csrf();
    const cookies = this.#jar?.header();
    const init: RequestInit = {
      method,
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      headers: {
        accept: "application/json, */*;q=0.5",
        ...(body === undefined || body instanceof Blob ? {} : { "content-type": "application/json" }),
        ...(method === "GET" || csrf === null ? {} : { "x-csrftoken": csrf }),
        ...(cookies ? { cookie: cookies } : {}),
        ...(this.#jar && method !== "GET" ? { origin: this.origin, referer: `${this.origin}/` } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    };
    try {
      const response = await fetch(this.origin + path, init);
      this.#jar?.take(response);
      return response;
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiError(0, "unreachable", `the server could not be reached (${error instanceof Error ? error.message : String(error)})`);
    }
  }

  #csrf(): string | null {
    if (this.#jar) return this.#jar.get(CSRF_COOKIE);
    return new RegExp(`(?:^|; )${CSRF_COOKIE}=([^;]*)`).exec(document.cookie)?.[1] ?? null;
  }
}

async function refusal(response: Response): Promise<ApiError> {
  try {
    const { error } = (await response.json()) as { error: { code: string; message: string; action?: string | null; field?: string; fields?: readonly string[]; why?: string } };
    return new ApiError(response.status, error.code, error.message, error.action ?? null, error.field ?? error.fields?.[0]?.split(".").at(-1) ?? "", error.why ?? null);
  } catch {
    return new ApiError(response.status, `http_${response.status}`, `the server answered ${response.status}`);
  }
}
