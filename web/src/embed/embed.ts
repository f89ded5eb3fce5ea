// SPDX-License-Identifier: EUPL-1.2
// One line in a page of a shop shows one of its forms:
//
//   <script src="https://…/embed.js" data-form="shop/registration" async></script>
//
// It puts a frame in its own place, as high as the form is, and below it the link to the shop's privacy statement, which belongs on the
// page in which the form stands (promise I11). It stores nothing, asks nothing of any other address, and reads nothing of the page.
const LINK: Readonly<Record<string, string>> = { nl: "Privacyverklaring", sv: "Integritetspolicy", de: "Datenschutzerklärung", en: "Privacy statement" };
const TITLE: Readonly<Record<string, string>> = { nl: "Formulier", sv: "Formulär", de: "Formular", en: "Form" };
const REFUSED: Readonly<Record<string, string>> = {
  nl: "Dit formulier mag niet op deze pagina staan.",
  sv: "Formuläret får inte visas på den här sidan.",
  de: "Dieses Formular darf nicht auf dieser Seite stehen.",
  en: "This form may not stand in this page.",
};
const FIRST_HEIGHT = 900;
const MOST_HEIGHT = 6_000;
const PATIENCE_MS = 15_000;

function show(line: HTMLScriptElement): void {
  const form = line.dataset["form"] ?? "";
  if (line.dataset["shown"] !== undefined || !/^[a-z0-9-]+\/[a-z_]+$/.test(form)) return;
  line.dataset["shown"] = "";
  const home = new URL(line.src).origin;
  const asked = (line.dataset["lang"] ?? document.documentElement.lang).slice(0, 2).toLowerCase();
  const lang = asked in LINK ? asked : "";
  const words = lang === "" ? "en" : lang;
  const query = lang === "" ? "?in=frame" : `?in=frame&lang=${lang}`;

  const box = document.createElement("div");
  const frame = document.createElement("iframe");
  frame.title = TITLE[words] ?? "Form";
  frame.referrerPolicy = "origin"; // so that the form knows in whose page it stands, and not on which
  frame.src = `${home}/forms/${form}${query}`;
  Object.assign(frame.style, { width: "100%", height: `${FIRST_HEIGHT}px`, border: "0", display: "block", colorScheme: "light" });
  const link = document.createElement("a");
  link.href = `${home}/forms/${form.split("/")[0]}/privacy${lang === "" ? "" : `?lang=${lang}`}`;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = LINK[words] ?? "";
  const below = document.createElement("p");
  below.append(link);
  box.append(frame, below);
  line.after(box);

  let heard = false;
  window.addEventListener("message", (event: MessageEvent<unknown>) => {
    if (event.source !== frame.contentWindow || event.origin !== home) return;
    const said = event.data as { zegel?: unknown; height?: unknown } | null;
    if (said?.zegel !== "form" || typeof said.height !== "number" || !Number.isFinite(said.height)) return;
    heard = true;
    frame.style.height = `${Math.min(MOST_HEIGHT, Math.max(120, Math.ceil(said.height) + 2))}px`;
  });
  // A page that the shop did not name gets no form: its browser shows an empty frame, and this says why.
  setTimeout(() => {
    if (heard) return;
    const why = document.createElement("p");
    why.textContent = REFUSED[words] ?? "";
    box.replaceChildren(why);
  }, PATIENCE_MS);
}

for (const line of document.querySelectorAll<HTMLScriptElement>("script[data-form]")) {
  if (line === document.currentScript || (document.currentScript instanceof HTMLScriptElement && line.src === document.currentScript.src)) show(line);
}
export {};
