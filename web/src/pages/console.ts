// SPDX-License-Identifier: EUPL-1.2
import { Console } from "../faces/console/controller";
import { port } from "../faces/wire";
import { need } from "../kit/dom";

const me = await port.restore().catch(() => null);
if (me === null) location.replace("/sign-in?next=/console/");
else {
  const root = need("#app", HTMLElement);
  root.replaceChildren();
  new Console(port, root, me);
}
