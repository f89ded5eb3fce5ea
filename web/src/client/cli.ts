// SPDX-License-Identifier: EUPL-1.2
// The client without a browser, for the demo's run where none is installed, and for anybody who wants to script it. It does what
// the pages do, with the same code, and prints one JSON object a line: {"event", "at_ms", …}. The password comes from the
// environment (ZEGEL_PASSWORD) or standard input, never from the command line.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { base64url } from "../seal/bytes";
import { takeApart } from "../viewer/boxes";
import { Api } from "./api";
import { type AlarmInfo, claimAlarm, closeAlarm, openAlarms, recallAlarm, whoLooked } from "./alarms";
import { ApiError } from "./errors";
import { concerns } from "./events";
import { sendCommand } from "./owner";
import { type Session, signIn } from "./session";
import { type View, type ViewRequest, openView } from "./view";

const USAGE = `node client.mjs operator  --server URL --email ADDRESS [--party ID] [--seconds N] [--claim] [--close CODE] [--out FILE.mp4]
node client.mjs customer  --server URL --email ADDRESS [--party ID] [--recall ALARM|next] [--arm UNIT | --disarm UNIT] [--confirm UNIT]
                          [--view CAMERA --from MS --to MS] [--who-looked] [--receipts FOLDER] [--units] [--seconds N] [--out FILE.mp4]
The password is read from ZEGEL_PASSWORD, else from standard input.`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    server: { type: "string" }, email: { type: "string" }, party: { type: "string" }, seconds: { type: "string", default: "30" }, out: { type: "string" },
    claim: { type: "boolean", default: false }, close: { type: "string" }, recall: { type: "string" }, arm: { type: "string" }, disarm: { type: "string" },
    confirm: { type: "string" }, view: { type: "string" }, from: { type: "string" }, to: { type: "string" }, "who-looked": { type: "boolean", default: false },
    receipts: { type: "string" }, units: { type: "boolean", default: false },
  },
});

function say(event: string, more: Readonly<Record<string, unknown>> = {}): void {
  process.stdout.write(`${JSON.stringify({ event, at_ms: Date.now(), ...more })}\n`);
}

function told(error: unknown): Readonly<Record<string, unknown>> {
  if (error instanceof ApiError) return { code: error.code, status: error.status, message: error.message };
  const { code, message } = error as { code?: string; message?: string };
  return { code: code ?? "failed", message: message ?? String(error) };
}

function needed(name: "server" | "email"): string {
  const value = options[name];
  if (!value) throw new Error(`--${name} is needed\n${USAGE}`);
  return value;
}

async function enter(): Promise<Session> {
  const password = process.env["ZEGEL_PASSWORD"] ?? readFileSync(0, "utf8").replace(/\r?\n$/, "");
  const api = new Api(needed("server").replace(/\/$/, ""));
  const session = await signIn(needed("email"), password, { api });
  if (options.party) await session.setActingParty(options.party);
  say("signed_in", { person: session.person.name, party: session.actingParty?.name ?? null });
  return session;
}

const seconds = (): number => Number(options.seconds) * 1000;

/** Follows one view to its end, telling of its first picture; what was decrypted goes to --out when asked. */
function follow(session: Session, view: View, about: Readonly<Record<string, unknown>>): Promise<void> {
  const parts: Uint8Array[] = [];
  let [count, bytes, boxesSeen] = [0, 0, false];
  view.onSegment(({ header, plaintext, epochStartMs }) => {
    const { media, findings, codec } = takeApart(plaintext);
    if (count === 0) say("first_segment_decrypted", { ...about, slot: header.slot, codec, wall_ms: header.wallMs, epoch_start_ms: epochStartMs });
    if (findings.some(({ findings: found }) => found.length > 0) && !boxesSeen) {
      boxesSeen = true;
      say("findings_seen", { ...about, findings: findings.find(({ findings: found }) => found.length > 0)!.findings });
    }
    count++;
    bytes += plaintext.length;
    if (options.out && (codec !== null || parts.length > 0)) parts.push(media);
  });
  let [proof, over] = ["waiting", false];
  return new Promise((resolve) => {
    view.onChange((now) => {
      if (over) return;
      if (now.proof !== proof) say(now.proof === "proved" ? "receipt_verified" : "receipt_failed", { ...about, index: view.lease?.index ?? null });
      proof = now.proof;
      if (now.phase !== "complete" && now.phase !== "stopped") return;
      if (now.phase === "complete" && proof === "waiting") return;
      over = true;
      say("view_over", { ...about, reason: now.reason ?? "complete", detail: now.detail, segments: count, bytes, missing: now.missing.length, stretches_missing: now.missing, tree_size: session.ledger.largest() });
      if (options.out) writeFileSync(options.out, Buffer.concat(parts));
      if (now.phase === "complete") void view.end();
      resolve();
    });
  });
}

// --- operator ------------------------------------------------------------------------------------------------------------

async function operator(): Promise<void> {
  const session = await enter();
  const seen = new Set<string>();
  const works: Promise<void>[] = [];
  const ring = (alarm: AlarmInfo, how: string): void => {
    if (seen.has(alarm.id)) return;
    seen.add(alarm.id);
    say("alarm_in_queue", { alarm: alarm.id, number: alarm.number, class: alarm.class, score: alarm.score, camera: alarm.camera?.name ?? null, images: alarm.images ?? null, how });
    works.push(handle(session, alarm));
  };
  const refresh = async (how: string): Promise<void> => {
    for (const alarm of await openAlarms(session)) ring(alarm, how);
  };
  session.events(
    (event) => {
      if (event.topic.startsWith("alarm.") || event.topic.startsWith("window.")) say("event_received", { topic: event.topic, ...event.data });
      if (event.topic === "alarm.opened") void refresh("event").catch((error: unknown) => say("failed", told(error)));
    },
    (state) => say("events", { state }),
  );
  await refresh("queue");
  await new Promise((resolve) => setTimeout(resolve, seconds()));
  await session.signOut();
  await Promise.all(works);
  say("signed_out");
}

async function handle(session: Session, alarm: AlarmInfo): Promise<void> {
  try {
    if (options.claim) say("claimed", { alarm: alarm.id, state: (await claimAlarm(session, alarm.id)).state });
    if (alarm.camera && !alarm.images?.startsWith("none")) await watchAlarm(session, alarm.id, alarm.camera.id);
    if (options.close) say("closed", { alarm: alarm.id, state: (await closeAlarm(session, alarm.id, options.close, "")).state });
  } catch (error) {
    say("refused", { alarm: alarm.id, ...told(error) });
  }
}

async function watchAlarm(session: Session, alarmId: string, cameraId: string): Promise<void> {
  const stream = session.events((event) => {
    if (event.topic === "window.ended" && concerns(event, alarmId)) say("window_ended_heard", { alarm: alarmId });
  });
  try {
    const view = await firstView(session, { cameraId, track: 1, purpose: "alarm_verification", alarmId });
    say("view_opened", { alarm: alarmId, lease: view.lease?.id, index: view.lease?.index });
    await follow(session, view, { alarm: alarmId });
  } finally {
    stream.close();
  }
}

/** The alarm comes before its first release: for a moment there is nothing to look at yet. */
async function firstView(session: Session, request: ViewRequest): Promise<View> {
  const until = performance.now() + 5000;
  for (;;) {
    try {
      return await openView(session, request);
    } catch (error) {
      const early = error instanceof ApiError && error.status > 0 && performance.now() < until;
      if (!early) throw error;
      say("not_yet", told(error));
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

// --- customer ------------------------------------------------------------------------------------------------------------

async function customer(): Promise<void> {
  const session = await enter();
  try {
    if (options.confirm) await confirm(session, options.confirm);
    if (options.units) await tellUnits(session);
    if (options.arm) await sendCommand(session, options.arm, "arm").then(() => say("command_sent", { unit: options.arm, action: "arm" }));
    if (options.disarm) await sendCommand(session, options.disarm, "disarm").then(() => say("command_sent", { unit: options.disarm, action: "disarm" }));
    if (options.recall) await recall(session, options.recall);
    if (options.view) await watchRecorded(session, options.view);
    if (options["who-looked"] || options.receipts) await tellLooks(session);
  } catch (error) {
    say("refused", told(error));
    process.exitCode = 1;
  } finally {
    await session.signOut();
    say("signed_out");
  }
}

async function confirm(session: Session, unit: string): Promise<void> {
  const words = await session.trust.wordsOf(unit);
  await session.trust.confirmUnit(unit, "words");
  say("unit_confirmed", { unit, words });
}

async function tellUnits(session: Session): Promise<void> {
  const { units } = await session.api.get<{ units: readonly { id: string; name: string }[] }>("/units");
  for (const { id, name } of units) {
    try {
      const { words, how, confirmed, status } = await session.trust.unit(id, "owner");
      say("unit", { unit: id, name, words, how, confirmed, state: status?.value.state ?? null, until_ms: status?.value.untilMs ?? null });
    } catch (error) {
      say("unit_not_trusted", { unit: id, name, ...told(error) });
    }
  }
}

async function recall(session: Session, which: string): Promise<void> {
  const id = which === "next" ? await nextAlarm(session) : which;
  const { state } = await recallAlarm(session, id);
  say("recalled", { alarm: id, state });
}

async function nextAlarm(session: Session): Promise<string> {
  const [open] = await openAlarms(session);
  if (open) return open.id;
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("no alarm came")), seconds());
    session.events((event) => {
      if (event.topic === "alarm.opened") void openAlarms(session).then(([alarm]) => alarm && resolve(alarm.id), reject);
    });
  });
}

async function watchRecorded(session: Session, cameraId: string): Promise<void> {
  const [fromMs, toMs] = [Number(options.from ?? Date.now() - 60_000), Number(options.to ?? Date.now())];
  const view = await openView(session, { cameraId, track: 1, purpose: "own_use", fromMs, toMs });
  say("view_opened", { camera: cameraId, lease: view.lease?.id, index: view.lease?.index });
  await follow(session, view, { camera: cameraId });
}

async function tellLooks(session: Session): Promise<void> {
  for (const look of await whoLooked(session)) {
    say("look", { ...look });
    if (!options.receipts) continue;
    const { units } = await session.api.get<{ units: readonly { id: string }[] }>("/units");
    const trust = await session.trust.unit(units[0]!.id, "owner");
    const text = await session.ledger.receiptText(look.index);
    const receipt = await session.ledger.receipt(look.index, trust.log);
    const file = `${options.receipts}/receipt-${look.index}.txt`;
    writeFileSync(file, text);
    say("receipt_verified", { index: receipt.index, kind: receipt.entry.kind, tree_size: receipt.checkpoint.size, root: base64url(receipt.checkpoint.root), file });
  }
}

// Whoever reads our lines may stop reading.
process.stdout.on("error", () => process.exit(0));

const programs: Readonly<Record<string, () => Promise<void>>> = { operator, customer };
const program = programs[positionals[0] ?? ""];
if (!program) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}
program().then(
  () => process.exit(process.exitCode ?? 0),
  (error: unknown) => {
    say("failed", told(error));
    process.exit(1);
  },
);
