// SPDX-License-Identifier: EUPL-1.2
// What units, cameras and figures are called, and how a figure is said with its unit.
import { number, t } from "../../../kit/words";

export function kindName(kind: string): string {
  switch (kind) {
    case "mast": return t("Mast");
    case "gateway": return t("Gateway");
    default: return t("Camera unit");
  }
}

export function cameraKind(kind: string): string {
  switch (kind) {
    case "camera_detector": return t("Camera detector");
    case "video_detector": return t("Video detector");
    case "ptz": return t("Turning camera");
    case "mail": return t("Mail camera");
    default: return t("Fixed camera");
  }
}

/** What a capability lets its owner do (S11). */
export function canDo(capability: string): string {
  switch (capability) {
    case "stills": return t("takes pictures");
    case "video": return t("records video");
    case "live": return t("shows live");
    case "ptz": return t("turns and zooms");
    case "audio": return t("hears sound");
    case "pre_alarm": return t("keeps the seconds before an alarm");
    case "inputs": return t("has inputs of its own");
    default: return capability;
  }
}

/** What is the matter, in one sentence. */
export function matter(condition: string): string {
  switch (condition) {
    case "battery_low": return t("The battery is nearly empty");
    case "storage_low": return t("There is little room left for recordings");
    case "clock_off": return t("Its clock is wrong");
    case "too_hot": return t("It is too hot");
    case "signal_weak": return t("Its radio signal is weak");
    case "data_month": return t("The month’s data is used up");
    case "stream_down": return t("No picture comes from this camera");
    case "stream_poor": return t("The picture of this camera stutters");
    case "silent_unit": return t("It has not been heard");
    default: return t("Something is the matter");
  }
}

export function figureName(name: string): string {
  switch (name) {
    case "battery_mv": return t("Battery");
    case "signal_dbm": return t("Radio signal");
    case "temperature_c10": return t("Temperature");
    case "storage_free_mb": return t("Free storage");
    case "spool_mb": return t("Waiting to be sent");
    case "clock_offset_ms": return t("Clock is off by");
    case "data_month_mb": return t("Data this month");
    case "fps10": return t("Pictures a second");
    case "kbps": return t("Data rate");
    case "gaps": return t("Stops of 2 s and more");
    case "keyframe_ms": return t("Longest way between key frames");
    case "silent_s": return t("Not heard for");
    default: return name;
  }
}

export function value(name: string, n: number): string {
  switch (name) {
    case "battery_mv": return t("{n} V", { n: number(n / 1000, 2) });
    case "signal_dbm": return t("{n} dBm", { n: number(n) });
    case "temperature_c10": return t("{n} °C", { n: number(n / 10, 1) });
    case "storage_free_mb": case "spool_mb": case "data_month_mb": return n >= 1000 ? t("{n} GB", { n: number(n / 1000, 1) }) : t("{n} MB", { n: number(n) });
    case "clock_offset_ms": case "keyframe_ms": return n >= 1000 ? t("{n} s", { n: number(n / 1000, 1) }) : t("{n} ms", { n: number(n) });
    case "fps10": return number(n / 10, 1);
    case "kbps": return n >= 1000 ? t("{n} Mbit/s", { n: number(n / 1000, 1) }) : t("{n} kbit/s", { n: number(n) });
    case "silent_s": return t("{n} min", { n: number(n / 60) });
    default: return number(n);
  }
}

export function uplinkName(word: string): string {
  switch (word) {
    case "mobile": return t("mobile network");
    case "wifi": return t("wireless network");
    case "wired": return t("cable");
    default: return word;
  }
}

export function tickName(tick: string): string {
  switch (tick) {
    case "mounted": return t("It stands firm, and nobody reaches it unseen");
    case "aimed": return t("Only the area to guard is in the picture; a mask covers the rest");
    case "powered": return t("Power, battery and antenna are as they should be");
    case "sign_seen": return t("People see the sign before a camera sees them");
    case "tested": return t("Somebody walked through the picture, and it was noticed");
    default: return tick;
  }
}

export function knownName(known: string): string {
  switch (known) {
    case "agreement": return t("The agreement is in force");
    case "purpose": return t("Each camera has a purpose");
    case "sign": return t("The sign is ticked as hung");
    case "contact": return t("The unit is in contact");
    case "cameras": return t("Each camera works");
    case "policy": return t("The unit confirmed the newest settings");
    default: return known;
  }
}

export function leftWhy(why: string): string {
  switch (why) {
    case "moved": return t("moved to another site");
    case "revoked": return t("cut off as stolen");
    default: return t("taken away");
  }
}

export function compass(bearing: number): string {
  const names = [t("up"), t("up and right"), t("right"), t("down and right"), t("down"), t("down and left"), t("left"), t("up and left")];
  return names[Math.round(bearing / 45) % 8] ?? "";
}
