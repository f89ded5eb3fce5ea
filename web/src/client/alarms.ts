// SPDX-License-Identifier: EUPL-1.2
// Alarms, as an operator handles them and as their owner recalls them; and who looked.
import type { Session } from "./session";

export interface AlarmInfo {
  readonly id: string;
  readonly number: number;
  readonly state: string;
  readonly class: string;
  readonly score: number;
  readonly camera: { readonly id: string; readonly name: string } | null;
  readonly unit?: { readonly id: string; readonly name: string };
  readonly raised_ms?: number;
  readonly received_ms?: number;
  readonly images?: string;
}

export interface Look {
  readonly index: number;
  readonly kind: string;
  readonly at_ms: number;
  readonly who: unknown;
  readonly role: string | null;
  readonly party: string | null;
  readonly why: string;
  readonly camera_id: string | null;
  readonly alarm_id: string | null;
  readonly seconds: number | null;
  readonly ended: boolean;
}

export async function openAlarms(session: Session): Promise<readonly AlarmInfo[]> {
  return (await session.api.get<{ alarms: readonly AlarmInfo[] }>("/alarms?state=open")).alarms;
}

export function alarm(session: Session, id: string): Promise<AlarmInfo> {
  return session.api.get<AlarmInfo>(`/alarms/${id}`);
}

export function claimAlarm(session: Session, id: string): Promise<AlarmInfo> {
  return session.api.post<AlarmInfo>(`/alarms/${id}/claim`);
}

export function closeAlarm(session: Session, id: string, code: string, note: string): Promise<AlarmInfo> {
  return session.api.post<AlarmInfo>(`/alarms/${id}/close`, { code, note });
}

export function recallAlarm(session: Session, id: string): Promise<AlarmInfo> {
  return session.api.post<AlarmInfo>(`/alarms/${id}/recall`);
}

/** Every release, view and grant of one's cameras; each index has a receipt. */
export async function whoLooked(session: Session, days = 30, cameraId: string | null = null): Promise<readonly Look[]> {
  return session.api.list<Look>(`/who-looked?days=${days}${cameraId ? `&camera_id=${cameraId}` : ""}`);
}
