// SPDX-License-Identifier: EUPL-1.2
// Icons, drawn here: 24 × 24, stroke in the text's colour. Always beside words, so hidden from screen readers.
import { html, svg } from "./dom";
import type { TemplateResult } from "lit";

const paths = {
  alarm: svg`<path d="M12 3.5 2.8 19.5h18.4z"/><path d="M12 10v4.2M12 17v.01"/>`,
  arrow: svg`<path d="M5 12h14M13 6l6 6-6 6"/>`,
  back: svg`<path d="M19 12H5M11 6l-6 6 6 6"/>`,
  bell: svg`<path d="M6 16V11a6 6 0 0 1 12 0v5l1.6 2.4H4.4zM10 21h4"/>`,
  bellOff: svg`<path d="M6 16v-5c0-1 .2-1.9.7-2.8M9 5.8A6 6 0 0 1 18 11v5M4.4 18.4h14M10 21h4M3.5 3.5l17 17"/>`,
  building: svg`<path d="M4 21V6l9-3v18M13 9l7 2.5V21M2.5 21h19M7.5 9v.01M7.5 13v.01M7.5 17v.01"/>`,
  camera: svg`<rect x="2.5" y="6.5" width="13" height="11" rx="2.2"/><path d="m15.5 10.5 6-3.2v9.4l-6-3.2"/>`,
  check: svg`<path d="m4.5 12.5 5 5 10-11"/>`,
  clock: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.2l3.4 2"/>`,
  close: svg`<path d="M6 6l12 12M18 6 6 18"/>`,
  device: svg`<rect x="6.5" y="2.5" width="11" height="19" rx="2.5"/><path d="M11 18.5h2"/>`,
  download: svg`<path d="M12 3.5v12M7 11l5 5 5-5M4.5 20.5h15"/>`,
  eye: svg`<path d="M2 12s3.8-6.8 10-6.8S22 12 22 12s-3.8 6.8-10 6.8S2 12 2 12z"/><circle cx="12" cy="12" r="3"/>`,
  fire: svg`<path d="M12 3c.6 3.4-1.2 4.6-2.6 6.4C8 11.1 6.5 12.9 6.5 15.3a5.5 5.5 0 0 0 11 0c0-2.6-1.5-4.2-2.3-6.3-.9 1.1-1.4 1.9-2.2 2.5C13.6 8.5 13.7 5.6 12 3z"/>`,
  hand: svg`<path d="M7.5 12.5V6a1.4 1.4 0 0 1 2.8 0v5M10.3 11V4.4a1.4 1.4 0 0 1 2.8 0V11M13.1 11V5.4a1.4 1.4 0 0 1 2.8 0v7M15.9 9.5a1.4 1.4 0 0 1 2.8 0v5c0 4-2.5 6.5-6.2 6.5-3 0-4.6-1.3-6-3.9L4.3 13.3c-.8-1.5 1-2.8 2.2-1.5l1 1"/>`,
  medical: svg`<path d="M9.5 3.5h5v6h6v5h-6v6h-5v-6h-6v-5h6z"/>`,
  house: svg`<path d="M3.5 11.5 12 4l8.5 7.5M6 9.5V20h12V9.5M10 20v-6h4v6"/>`,
  broken: svg`<path d="M12 3 4.5 6v5.5c0 4.8 3.2 8 7.5 9.5 4.3-1.5 7.5-4.7 7.5-9.5V6zM13 7l-2.5 4.5h3L11 16.5"/>`,
  wrench: svg`<path d="M14.5 6.5a4.2 4.2 0 0 0-5.7 5L3 17.3 6.7 21l5.8-5.8a4.2 4.2 0 0 0 5-5.7L14.9 12l-2.7-.9-.7-2.5z"/>`,
  dots: svg`<circle cx="6" cy="12" r="1.3"/><circle cx="12" cy="12" r="1.3"/><circle cx="18" cy="12" r="1.3"/>`,
  parking: svg`<rect x="4" y="4" width="16" height="16" rx="3"/><path d="M9.5 16.5v-9H13a2.7 2.7 0 0 1 0 5.4H9.5"/>`,
  guard: svg`<circle cx="12" cy="6.5" r="3"/><path d="M5.5 20.5v-5a4 4 0 0 1 4-4h5a4 4 0 0 1 4 4v5M12 14v3.5"/>`,
  screens: svg`<rect x="2.5" y="4.5" width="12" height="9" rx="1.5"/><path d="M17 8h3a1.5 1.5 0 0 1 1.5 1.5v7A1.5 1.5 0 0 1 20 18h-9a1.5 1.5 0 0 1-1.5-1.5M6 20.5h9"/>`,
  up: svg`<path d="M12 19V5M6 11l6-6 6 6"/>`,
  undo: svg`<path d="M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-3"/>`,
  send: svg`<path d="M21 3 10 14M21 3l-6.5 18-4.5-7-7-4.5z"/>`,
  full: svg`<path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"/>`,
  info: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5M12 8v.01"/>`,
  key: svg`<circle cx="8" cy="15.5" r="4.5"/><path d="m11.3 12.3 8.2-8.3M16 7.5l3 3M13.5 10l2 2"/>`,
  list: svg`<path d="M4 6.5h16M4 12h16M4 17.5h10"/>`,
  live: svg`<circle cx="12" cy="12" r="2.2" fill="currentColor"/><path d="M8 16a5.6 5.6 0 0 1 0-8M16 8a5.6 5.6 0 0 1 0 8M5 19a9.9 9.9 0 0 1 0-14M19 5a9.9 9.9 0 0 1 0 14"/>`,
  still: svg`<rect x="3" y="5" width="18" height="14" rx="2.5"/><circle cx="8.5" cy="10" r="1.6"/><path d="m4 17 5-4.5 3.5 3 3-2.5 4.5 4"/>`,
  turn: svg`<path d="M12 3v18M3 12h18M9.5 5.5 12 3l2.5 2.5M9.5 18.5 12 21l2.5-2.5M5.5 9.5 3 12l2.5 2.5M18.5 9.5 21 12l-2.5 2.5"/>`,
  lock: svg`<rect x="4.5" y="10.5" width="15" height="10" rx="2.2"/><path d="M8 10.5V7.5a4 4 0 0 1 8 0v3"/>`,
  note: svg`<path d="M5 4h14v11l-5 5H5zM14 20v-5h5M8.5 8.5h7M8.5 12h4"/>`,
  now: svg`<circle cx="12" cy="12" r="8.5"/><circle cx="12" cy="12" r="2.5" fill="currentColor"/>`,
  offline: svg`<path d="M3 3l18 18M5 12.5a10 10 0 0 1 4-2.4M2 9a15 15 0 0 1 4.5-2.8M11 5.1A15 15 0 0 1 22 9M15 10.5a10 10 0 0 1 4 2M8.5 16a5 5 0 0 1 7 0M12 19.5v.01"/>`,
  pause: svg`<path d="M8 5.5v13M16 5.5v13"/>`,
  person: svg`<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.8-4.2 3.8-6 7.5-6s6.7 1.8 7.5 6"/>`,
  play: svg`<path d="M7.5 4.8v14.4L19 12z"/>`,
  power: svg`<path d="M12 3v8M6.3 7a8 8 0 1 0 11.4 0"/>`,
  recall: svg`<path d="M4 9h10.5a5.5 5.5 0 0 1 0 11H8M8 4.5 3.5 9 8 13.5"/>`,
  record: svg`<rect x="3" y="5" width="18" height="14" rx="2.5"/><path d="m10.5 9.3 4.5 2.7-4.5 2.7z"/>`,
  shield: svg`<path d="M12 3 4.5 6v5.5c0 4.8 3.2 8 7.5 9.5 4.3-1.5 7.5-4.7 7.5-9.5V6z"/><path d="m8.8 11.8 2.3 2.4 4.3-4.7"/>`,
  signOut: svg`<path d="M14 4H5v16h9M10 12h11M17 8l4 4-4 4"/>`,
  skipBack: svg`<path d="M18 5.5v13L8.5 12zM6 5.5v13"/>`,
  tool: svg`<path d="M14.5 6.5a4.2 4.2 0 0 0-5.7 5L3 17.3 6.7 21l5.8-5.8a4.2 4.2 0 0 0 5-5.7L14.9 12l-2.7-.9-.7-2.5z"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  redo: svg`<path d="m16 5 4 4-4 4M20 9H10a5.5 5.5 0 0 0 0 11h3"/>`,
  mask: svg`<rect x="3" y="5" width="18" height="14" rx="2.5"/><path d="M8 15v-5l4-2 4 3v4zM8 12l4 3M12 9l4 5"/>`,
  film: svg`<rect x="3" y="5" width="18" height="14" rx="2"/><path d="M7.5 5v14M16.5 5v14M3 9.7h4.5M3 14.3h4.5M16.5 9.7H21M16.5 14.3H21"/>`,
} as const;

export type IconName = keyof typeof paths;

export function icon(name: IconName, size: "" | "small" = ""): TemplateResult {
  return html`<svg class="ic ${size}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${paths[name]}</svg>`;
}

/** The mark: a seal's ring, closed but for the moment in which it may be opened. */
export function mark(): TemplateResult {
  return html`<svg class="seal" viewBox="0 0 24 24" fill="none" aria-hidden="true" focusable="false">
    <circle cx="12" cy="12" r="9.3" stroke="currentColor" stroke-width="2" opacity=".95" />
    <path d="M12 6.8v5.4l3.4 2" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
  </svg>`;
}

/** Closed: the ring with its lock. */
export function sealed(): TemplateResult {
  return html`<svg class="seal" viewBox="0 0 24 24" fill="none" aria-hidden="true" focusable="false" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round">
    <circle cx="12" cy="12" r="10.2" /><rect x="8" y="11" width="8" height="6" rx="1.2" fill="currentColor" /><path d="M9.5 11V9.2a2.5 2.5 0 0 1 5 0V11" />
  </svg>`;
}

