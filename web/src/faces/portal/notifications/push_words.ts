// SPDX-License-Identifier: EUPL-1.2
// What a push message says becomes words here, on the device: in the service worker, and in the list of what was told. The
// message itself holds identifiers and a class. Pure: the catalogue is the caller's.
export interface Said {
  readonly v: number;
  /** The class of the settings, and what happened exactly. */
  readonly c: string;
  readonly o: string;
  /** The alarm's class in the platform's word. */
  readonly w: string;
  readonly l: string;
  readonly n: string;
  readonly t: number;
  /** Where in the portal it is shown. */
  readonly u: string;
  readonly a?: string;
  /** How many of the same besides. */
  readonly m?: number;
}

export interface Words {
  readonly title: string;
  readonly body: string;
}

export type T = (text: string, values?: Readonly<Record<string, string | number>>) => string;

/** Alarms ring on until somebody saw them. */
export const rings = (said: Pick<Said, "c" | "o">): boolean => said.o === "alarm" && ["alarm", "person", "animal", "vehicle", "tamper"].includes(said.c);

function alarm(what: string, t: T): string {
  switch (what) {
    case "person": return t("Alarm: a person");
    case "animal": return t("Alarm: an animal");
    case "vehicle": return t("Alarm: a vehicle");
    case "tamper": case "view_lost": return t("Tamper alarm");
    case "fire": return t("Fire alarm");
    case "hold_up": case "holdup_duress": return t("Hold-up alarm");
    case "medical": return t("Medical alarm");
    case "panic": return t("Panic alarm");
    case "burglary": return t("Burglary alarm");
    default: return t("Alarm");
  }
}

function happened(said: Said, t: T): Words {
  const open = t("Open to see where.");
  switch (said.o) {
    case "alarm": return { title: alarm(said.w, t), body: t("The alarm centre has it. Open to see where, or to recall it.") };
    case "recall": return { title: t("Alarm recalled"), body: t("The alarm centre can’t see anything of it any more.") };
    case "handled_again": return { title: t("Alarm taken up again"), body: t("It was recalled and turned out real. Open to see where.") };
    case "central": return { title: t("A panel’s alarm may show pictures"), body: t("The panel or an owner signed it, and the alarm centre will see them. Open to see where, or to recall it.") };
    case "reopened": return { title: t("Images were reopened"), body: t("The alarm centre reopened an earlier alarm. Open to read why, or to end it.") };
    case "after_recall": return { title: t("A recalled alarm is looked at"), body: t("The alarm centre looks at images of an alarm that you recalled. Open to read why.") };
    case "release": return { title: t("Images were released"), body: t("Your unit released an alarm’s images to the alarm centre. Open to see who looked.") };
    case "live": return { title: t("Live view was opened"), body: t("Somebody looks at one of your cameras now. Open to see who.") };
    case "technical": return { title: t("Something needs attention"), body: t("A unit or camera reported a technical trouble. Open to see which.") };
    case "maintenance": return { title: t("A technician asks for access"), body: t("Open to read why, and to allow it or not.") };
    case "maintenance_ended": return { title: t("Maintenance has ended"), body: t("The technician’s access has ended.") };
    case "agreement": return { title: t("An agreement was signed"), body: t("Another owner signed it. Open to read it.") };
    case "agreement_ended": return { title: t("An agreement has ended"), body: t("Nothing can be armed until another is signed. Open to read it.") };
    case "digest": return { title: t("Your day in numbers"), body: t("{n} things happened. Open to see them.", { n: said.m ?? 0 }) };
    case "test": return { title: t("A test, as you asked for it"), body: t("Notifications reach this device.") };
    default: return { title: t("Zegel has news for you"), body: open };
  }
}

export function wordsOf(said: Said, t: T): Words {
  const { title, body } = happened(said, t);
  const more = said.m !== undefined && said.o !== "digest" ? ` ${t("And {n} more of the same.", { n: said.m })}` : "";
  return { title, body: body + more };
}

/** What the offline page says: the truth, which is that there is nothing to show. */
export function offlineWords(t: T): Readonly<Record<"title" | "why" | "guards" | "again", string>> {
  return {
    title: t("No connection"),
    why: t("Nothing can be shown now: your recordings are opened on this device, but they do not lie on it, and Zegel keeps no copy of what it last showed."),
    guards: t("Your unit goes on guarding without this device, and the alarm centre is told without it."),
    again: t("Try again"),
  };
}
