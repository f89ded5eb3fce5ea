// SPDX-License-Identifier: EUPL-1.2
import { Console } from "../faces/console/controller";
import { Second } from "../faces/console/second";
import { port } from "../faces/wire";
import { need } from "../kit/dom";

const me = await port.restore().catch(() => null);
if (me === null) location.replace(`/sign-in?next=${location.pathname}`);
else {
  const root = need("#app", HTMLElement);
  root.replaceChildren();
  void import("../faces/look"); // an operator's first picture waits for no file
  if (location.pathname.startsWith("/console/second")) {
    document.body.classList.add("second-monitor");
    new Second(port, root, me);
  } else new Console(port, root, me);
}
