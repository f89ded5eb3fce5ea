// SPDX-License-Identifier: EUPL-1.2
// This browser and push messages: the portal's service worker, and whether it takes messages for who is signed in.
import { type Bytes, base64url, fromBase64url, fromHex, hex, utf8 } from "../seal/bytes";
import type { Api } from "./api";

const HOME = "/portal/";

export interface Device {
  readonly id: string;
  readonly mark: string;
}

export type Permission = "granted" | "denied" | "default" | "none";

/** Whether this browser can at all; "none" where it can't (an iPhone: only once the portal stands on its home screen). */
export function permission(): Permission {
  return "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis ? Notification.permission : "none";
}

/** Registers the worker (again is harmless), in the page's language; `go` is called when a notification was tapped. */
export async function register(language: string, go: (path: string) => void): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.addEventListener("message", ({ data }: MessageEvent<{ go?: unknown }>) => {
    if (typeof data?.go === "string" && data.go.startsWith(HOME)) go(data.go);
  });
  await navigator.serviceWorker.register(`${HOME}service-worker.js?l=${language}`, { scope: HOME, updateViaCache: "none" });
}

async function subscription(): Promise<PushSubscription | null> {
  if (permission() === "none") return null;
  return (await (await navigator.serviceWorker.getRegistration(HOME))?.pushManager.getSubscription()) ?? null;
}

/** As the server tells a device without telling its address. */
export async function markOf(endpoint: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(`zegel/push/${endpoint}`) as Bytes))).slice(0, 32);
}

/** Which of the devices this browser is; null when it is none of them. */
export async function thisDevice<D extends Device>(devices: readonly D[]): Promise<D | null> {
  const mark = await subscription().then((one) => (one === null ? null : markOf(one.endpoint)), () => null);
  return devices.find((device) => device.mark === mark) ?? null;
}

/** The words that the person agreed to: their hash, and in which language they were on his screen. */
export interface Agreed {
  readonly hash: string;
  readonly language: string;
}

/** Asks the browser, and tells the server to what the person agreed. A subscription that was somebody else's here is given up first. */
export async function enable(api: Api, key: string, name: string, agreed: Agreed): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted") throw new PushRefused("denied");
  const registration = await navigator.serviceWorker.ready;
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  let made: PushSubscription;
  try {
    made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: fromBase64url(key) });
  } catch {
    throw new PushRefused("service");
  }
  const bytes = (of: PushEncryptionKeyName): string => base64url(new Uint8Array(made.getKey(of) ?? new ArrayBuffer(0)));
  await api.post("/notifications/devices", { endpoint: made.endpoint, p256dh: bytes("p256dh"), auth: bytes("auth"), name, consent: base64url(fromHex(agreed.hash)), language: agreed.language });
}

/** This browser takes no more messages for anybody: said to the server, if it can be reached, and to the browser. */
export async function forgetPush(api: Api): Promise<void> {
  const held = await subscription().catch(() => null);
  if (held === null) return;
  try {
    const { devices } = await api.get<{ devices: readonly Device[] }>("/notifications");
    const mine = await thisDevice(devices);
    if (mine !== null) await api.post(`/notifications/devices/${mine.id}/remove`);
  } finally {
    await held.unsubscribe();
  }
}

/** `denied`: the person or the browser's settings said no. `service`: the browser could not reach its push service. */
export class PushRefused extends Error {
  constructor(readonly why: "denied" | "service") {
    super(why);
    this.name = "PushRefused";
  }
}

/** How its owner may know this browser: "Firefox, Android". */
export function deviceName(agent = navigator.userAgent): string {
  const browser = [["Edg", "Edge"], ["OPR", "Opera"], ["SamsungBrowser", "Samsung Internet"], ["Firefox", "Firefox"], ["Chrome", "Chrome"], ["Safari", "Safari"]].find(([mark]) => agent.includes(mark!))?.[1];
  const system = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS", "macOS"], ["Linux", "Linux"]].find(([mark]) => agent.includes(mark!))?.[1];
  return [browser, system].filter(Boolean).join(", ");
}
