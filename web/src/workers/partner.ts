// SPDX-License-Identifier: EUPL-1.2
// The partner page's service worker: the page opens without a line. It keeps the page's own code (scripts, styles, fonts: the same for
// everybody) and the empty document, and nothing of anybody: no answer of the API passes through here.
//
// What is on the line wins: a newer script is fetched when there is one, and the kept one serves when there is none.
interface Extended extends Event { waitUntil(work: Promise<unknown>): void }
interface Fetched extends Extended { readonly request: Request; respondWith(answer: Promise<Response>): void }
interface Told extends Extended { readonly data: unknown }
interface Scope {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Extended) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetched) => void): void;
  addEventListener(type: "message", listener: (event: Told) => void): void;
}

const worker = self as unknown as Scope;
const HOME = "/partner/";
const STATIC = "/static/zegel/";
const KEPT = "zegel-partner";
const WAIT_MS = 4000;

const ours = (address: string): boolean => {
  const url = new URL(address, worker.location.origin);
  return url.origin === worker.location.origin && url.pathname.startsWith(STATIC);
};

worker.addEventListener("install", (event) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));

async function keep(key: string, answer: Response): Promise<void> {
  if (answer.ok && answer.type === "basic" && !answer.redirected) await (await caches.open(KEPT)).put(key, answer);
}

/** What the page loaded before this worker was there. */
worker.addEventListener("message", (event) => {
  const said = event.data as { keep?: unknown };
  if (!Array.isArray(said?.keep)) return;
  const wanted = said.keep.filter((one): one is string => typeof one === "string" && ours(one)).slice(0, 200);
  event.waitUntil(Promise.all([HOME, ...wanted].map((one) => fetch(one, { credentials: "same-origin" }).then((answer) => keep(one, answer)).catch(() => undefined))));
});

async function fetched(request: Request, key: string): Promise<Response> {
  const kept = (): Promise<Response | undefined> => caches.open(KEPT).then((cache) => cache.match(key));
  const asking = fetch(request).then(async (answer) => {
    await keep(key, answer.clone()).catch(() => undefined);
    return answer;
  });
  // A line that is there and does not answer: what is kept comes first then, if anything is.
  const slow = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), WAIT_MS));
  try {
    return (await Promise.race([asking, slow])) ?? (await kept()) ?? (await asking);
  } catch (error) {
    const found = await kept();
    if (found === undefined) throw error;
    return found;
  }
}

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(fetched(request, HOME));
  else if (ours(request.url)) event.respondWith(fetched(request, request.url));
});
