// SPDX-License-Identifier: EUPL-1.2
// The portal's service worker. It does three things and keeps nothing: no answer of the API, no page, no sealed byte, no key.
//
// - A push message becomes words, in the person's language. It never gets a picture: a notification lies on a lock screen, in the
//   system's own store, on a watch. The picture is opened by the page, with keys that only the page has.
// - A tap opens the portal where it is shown.
// - Without a connection a page says so, instead of the browser's own.
//
// A new version takes over at once: there is no store of its own that could be of another version than the page.
import catalogues from "zegel:push-words";
import { offlineWords, rings, type Said, wordsOf, type T } from "../faces/portal/notifications/push_words";

interface Extended extends Event { waitUntil(work: Promise<unknown>): void }
interface Pushed extends Extended { readonly data: { json(): unknown } | null }
interface Tapped extends Extended { readonly notification: Notification }
interface Fetched extends Extended { readonly request: Request; respondWith(answer: Promise<Response>): void }
interface Page { readonly url: string; focus(): Promise<Page>; postMessage(data: unknown): void }
interface Scope {
  readonly registration: ServiceWorkerRegistration;
  readonly location: Location;
  readonly clients: { claim(): Promise<void>; matchAll(options: { type: "window"; includeUncontrolled: boolean }): Promise<readonly Page[]>; openWindow(url: string): Promise<Page | null> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Extended) => void): void;
  addEventListener(type: "push", listener: (event: Pushed) => void): void;
  addEventListener(type: "notificationclick", listener: (event: Tapped) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetched) => void): void;
}

const worker = self as unknown as Scope;
const HOME = "/portal/";
const STATIC = "/static/zegel/";

const speaks = (language: string): T => (text, values = {}) =>
  (catalogues[language]?.[text] ?? text).replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));

/** The page's language, with which it registered us. */
const here = (): string => new URL(worker.location.href).searchParams.get("l") ?? "en";

worker.addEventListener("install", (event) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));

// --- push ---------------------------------------------------------------------------------------------------------------

/** What can't be read is said as news without words: a browser wants each message shown. */
function read(event: Pushed): Said {
  const nothing: Said = { v: 1, c: "", o: "", w: "", l: here(), n: "news", t: Date.now(), u: HOME };
  try {
    const said = event.data?.json();
    return typeof said === "object" && said !== null && (said as Said).v === 1 ? { ...nothing, ...(said as Said) } : nothing;
  } catch {
    return nothing;
  }
}

/** Only ever a page of the portal. */
const pathOf = (path: unknown): string => (typeof path === "string" && /^\/portal\/[\w/-]*$/.test(path) ? path : HOME);

async function show(said: Said): Promise<void> {
  const { title, body } = wordsOf(said, speaks(said.l));
  const options: NotificationOptions & { timestamp: number; renotify: boolean } = {
    body, lang: said.l, tag: said.a ?? said.n, renotify: true, timestamp: said.t, requireInteraction: rings(said), icon: `${STATIC}icons/icon-192.png`, badge: `${STATIC}icons/badge-96.png`, data: { path: pathOf(said.u) },
  };
  await worker.registration.showNotification(title, options);
}

worker.addEventListener("push", (event) => event.waitUntil(show(read(event))));

async function open(path: string): Promise<void> {
  const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find(({ url }) => new URL(url).pathname.startsWith(HOME));
  if (page === undefined) return void (await worker.clients.openWindow(path));
  page.postMessage({ go: path });
  await page.focus().catch(() => undefined);
}

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(pathOf((event.notification.data as { path?: unknown } | null)?.path)));
});

// --- without a connection -------------------------------------------------------------------------------------------------

const STYLE = ":root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-content:center;gap:14px;padding:24px;box-sizing:border-box;font:16px/1.5 system-ui,sans-serif;background:#f6f5f1;color:#1c2430;max-width:46ch;margin-inline:auto}h1{font-size:28px;line-height:1.2;margin:0}p{margin:0}a{color:#0a7065;padding:12px 0}@media(prefers-color-scheme:dark){body{background:#0b0f14;color:#e8eef5}a{color:#4cc2b4}}";

/** Made here and now; its policy allows its own few lines of style and nothing else. */
async function offline(): Promise<Response> {
  const { title, why, guards, again } = offlineWords(speaks(here()));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(STYLE)));
  const hash = btoa(String.fromCharCode(...digest));
  const html = `<!doctype html><html lang="${here().replace(/\W/g, "")}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title} · Zegel</title><style>${STYLE}</style></head><body><main><h1>${title}</h1><p>${why}</p><p>${guards}</p><p><a href="">${again}</a></p></main></body></html>`;
  return new Response(html, { status: 503, headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store", "content-security-policy": `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'` } });
}

worker.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate" && event.request.method === "GET") event.respondWith(fetch(event.request).catch(() => offline()));
});
