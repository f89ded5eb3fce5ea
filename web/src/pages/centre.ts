// SPDX-License-Identifier: EUPL-1.2
import { Centre } from "../faces/centre/controller";
import { Line } from "../faces/centre/line";
import { need } from "../kit/dom";

const line = await Line.open().catch(() => null);
if (line === null) location.replace(`/sign-in?next=${location.pathname}`);
else {
  const root = need("#app", HTMLElement);
  root.replaceChildren();
  new Centre(line, root);
}
