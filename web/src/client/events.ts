// SPDX-License-Identifier: EUPL-1.2
// The server's event stream (SSE), resumed where it broke off. Events carry identifiers; whoever hears one asks for the rest.
import type { Api } from "./api";
import { ApiError } from "./errors";

export interface ZegelEvent {
  readonly id: string;
  readonly topic: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export type StreamState = "connecting" | "open" | "waiting" | "ended";

const SILENCE_MS = 40_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

export interface Stream {
  close(): void;
}

export interface StreamOptions {
  readonly onEvent: (event: ZegelEvent) => void;
  readonly onState?: (state: StreamState) => void;
  readonly lastId?: string | null;
  readonly rows?: boolean;
}

/** Runs until closed, or until the server says that the session is over. */
export function openEvents(api: Api, options: StreamOptions): Stream {
  const closing = new AbortController();
  void run(api, options, closing.signal);
  return { close: () => closing.abort() };
}

async function run(api: Api, { onEvent, onState = () => {}, lastId = null, rows = false }: StreamOptions, closed: AbortSignal): Promise<void> {
  let [last, wait] = [lastId, FIRST_WAIT_MS];
  while (!closed.aborted) {
    onState("connecting");
    try {
      await readStream(api, address(last, rows), closed, () => ((wait = FIRST_WAIT_MS), onState("open")), (event) => {
        if (event.id) last = event.id;
        onEvent(event);
      });
    } catch (error) {
      if (error instanceof ApiError && (error.status === 401 || error.status === 403)) break;
    }
    if (closed.aborted) break;
    onState("waiting");
    await pauseOrOnline(wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
  onState("ended");
}

function address(last: string | null, rows: boolean): string {
  const query = [last === null ? "" : `last_id=${encodeURIComponent(last)}`, rows ? "rows=1" : ""].filter(Boolean).join("&");
  return query === "" ? "/events" : `/events?${query}`;
}

/** Waits, but not a moment longer than the browser is without a network. */
function pauseOrOnline(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    globalThis.addEventListener?.("online", done);
  });
}

async function readStream(api: Api, path: string, closed: AbortSignal, opened: () => void, heard: (event: ZegelEvent) => void): Promise<void> {
  const silence = new AbortController();
  const stop = (): void => silence.abort();
  closed.addEventListener("abort", stop);
  let timer = setTimeout(stop, SILENCE_MS);
  try {
    const response = await api.request("GET", path, undefined, { signal: silence.signal, headers: { accept: "text/event-stream" } });
    if (!response.body) throw new ApiError(0, "no_stream", "the event stream has no body");
    opened();
    const parser = new EventParser(heard);
    const reader = response.body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      clearTimeout(timer);
      timer = setTimeout(stop, SILENCE_MS);
      parser.push(part.value);
    }
  } finally {
    clearTimeout(timer);
    closed.removeEventListener("abort", stop);
  }
}

/** The event-stream format of the HTML standard, as far as a server of ours uses it. */
export class EventParser {
  #rest = "";
  #topic = "";
  #id = "";
  #data: string[] = [];

  constructor(private readonly heard: (event: ZegelEvent) => void) {}

  push(text: string): void {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop()!;
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    if (line === "") return this.#dispatch();
    if (line.startsWith(":")) return;
    const at = line.indexOf(":");
    const [field, value] = at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1).replace(/^ /, "")];
    if (field === "event") this.#topic = value;
    else if (field === "id") this.#id = value;
    else if (field === "data") this.#data.push(value);
  }

  #dispatch(): void {
    const [topic, text] = [this.#topic, this.#data.join("\n")];
    this.#topic = "";
    this.#data = [];
    if (text === "" && topic === "") return;
    this.heard({ id: this.#id, topic: topic || "message", data: parseData(text) });
  }
}

function parseData(text: string): Readonly<Record<string, unknown>> {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === "object" && data !== null ? (data as Record<string, unknown>) : { value: data };
  } catch {
    return {};
  }
}

/** Whether an event is about this thing, whatever its place is called. */
export function concerns(event: ZegelEvent, id: string): boolean {
  return Object.values(event.data).some((value) => value === id || (Array.isArray(value) && value.includes(id)));
}
