// SPDX-License-Identifier: EUPL-1.2
// What is offered of a camera, by what it can do (S11). Pure. Offered is no permission: gate and unit decide. A camera of which
// nothing is known keeps everything.
import type { Camera } from "../types";

type Able = Pick<Camera, "kind" | "capabilities">;

const can = ({ capabilities }: Able, ...any: readonly string[]): boolean =>
  capabilities === undefined || capabilities.length === 0 || any.some((one) => capabilities.includes(one));

/** All that a unit of his own seals; a camera that only sends e-mail is none of them. */
export const sealed = ({ kind }: Able): boolean => kind !== "mail";
export const canLive = (camera: Able): boolean => sealed(camera) && can(camera, "live");
/** A picture is a still, or one of the video. */
export const canShoot = (camera: Able): boolean => sealed(camera) && can(camera, "stills", "video", "live");
/** A film is made of video; single pictures are taken away as their sealed originals. */
export const canFilm = (camera: Able): boolean => can(camera, "video");
