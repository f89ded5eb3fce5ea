// SPDX-License-Identifier: EUPL-1.2
import { Portal } from "../faces/portal/controller";
import { port } from "../faces/wire";
import { register } from "../client/push";
import { need } from "../kit/dom";
import { language } from "../kit/words";

const me = await port.restore().catch(() => null);
if (me === null) location.replace(`/sign-in?next=${location.pathname}`);
else {
  const root = need("#app", HTMLElement);
  root.replaceChildren();
  new Portal(port, root, me, () => port.session);
  void register(language, (path) => {
    history.pushState(null, "", path);
    dispatchEvent(new PopStateEvent("popstate"));
  }).catch(() => undefined);
}
