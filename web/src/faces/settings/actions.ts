// SPDX-License-Identifier: EUPL-1.2
// What is done to lines, mail cameras, brokers, integrations and codes: each a dialog, and what the server says to it.
import { t } from "../../kit/words";
import { meaningDialog } from "./codes";
import { onceDialog, sureDialog, type Refused } from "./dialogs";
import { exceptionDialog } from "./fields";
import type { SettingsState } from "./model";
import { brokerDialog, integrationDialog, lineDialog, mailDialog, renameDialog } from "./others";
import type { SettingsPort } from "./port";
import type { SettingsActions } from "./view";

export interface Hands {
  readonly port: () => SettingsPort;
  readonly state: () => SettingsState;
  readonly told: (work: () => Promise<unknown>, done?: string) => Promise<Refused | null>;
  readonly load: () => void;
}

type ListActions = Pick<SettingsActions, "addLine" | "exceptLine" | "endLineException" | "addMail" | "newAddress" | "renameMail" | "exceptMail" | "endMailException" | "retireMail" | "addBroker" | "retireBroker" | "addIntegration" | "revokeIntegration">;

export function listActions({ port, state, told }: Hands): ListActions {
  const sites = (): NonNullable<SettingsState["sites"]> => state().sites ?? [];
  const address = (words: string): void => onceDialog(t("The camera’s address"), words, t("Write it into the camera as the receiver of its mails. Whoever knows it can raise alarms for this camera. It is shown only now."));
  return {
    addLine: () => lineDialog((said) => told(() => port().addLine(said), t("The line is there."))),
    exceptLine: (line) => exceptionDialog(t("Allow unencrypted signals on {name}", { name: line.name }), t("Every panel on this line may then speak unencrypted. Only where nobody else can reach it: behind a VPN."), port().nowMs(), (said) => told(() => port().exceptLine(line.id, said), t("The exception holds."))),
    endLineException: (line) => sureDialog(t("End the exception?"), t("Unencrypted signals on this line are refused from now on, but for panels with an exception of their own."), t("End it"), () => told(() => port().exceptLine(line.id, { reason: "", until_ms: null }), t("The exception has ended."))),
    addMail: () => mailDialog(sites(), async (site, name) => {
      let made = "";
      const refused = await told(async () => { made = (await port().addMailCamera(site, name)).address; });
      if (refused === null) address(made);
      return refused;
    }),
    newAddress: (camera) => sureDialog(t("A new address for {name}?", { name: camera.name }), t("The old one ends at once: until the camera has the new one, its mails are refused."), t("Make a new address"), async () => {
      let made = "";
      const refused = await told(async () => { made = (await port().newAddress(camera.id)).address; });
      if (refused === null) address(made);
      return refused;
    }),
    renameMail: (camera) => renameDialog(camera.name, (name) => told(() => port().renameMailCamera(camera.id, name), t("Saved."))),
    exceptMail: (camera) => exceptionDialog(t("Allow mails of {name} without TLS", { name: camera.name }), t("Anybody on the way could read these mails and their pictures. The alarm centre answers for it."), port().nowMs(), (said) => told(() => port().exceptMailCamera(camera.id, said), t("The exception holds."))),
    endMailException: (camera) => sureDialog(t("End the exception?"), t("Mails of this camera without TLS are refused from now on."), t("End it"), () => told(() => port().exceptMailCamera(camera.id, { reason: "", until_ms: null }), t("The exception has ended."))),
    retireMail: (camera) => sureDialog(t("Take {name} out of use?", { name: camera.name }), t("Its address is nobody’s from now on. Pictures that came are kept as long as the owner keeps them. This can’t be undone."), t("Take it out of use"), () => told(() => port().retireMailCamera(camera.id), t("It is out of use."))),
    addBroker: () => brokerDialog(sites(), (said) => told(() => port().addBroker(said), t("This server connects to it now."))),
    retireBroker: (broker) => sureDialog(t("Leave {name}?", { name: broker.name }), t("What its boxes report no longer makes alarms. Its password is forgotten."), t("Leave it"), () => told(() => port().retireBroker(broker.id), t("This server has left it."))),
    addIntegration: () => integrationDialog(sites(), port().nowMs(), async (said) => {
      let key = "";
      const refused = await told(async () => { key = (await port().addIntegration(said)).key; });
      if (refused === null) onceDialog(t("The key of {name}", { name: said.name }), key, t("Give it to that system and to nobody else. It is shown only now."));
      return refused;
    }),
    revokeIntegration: (one) => sureDialog(t("Revoke the key of {name}?", { name: one.name }), t("The system is refused at once. This can’t be undone; a new integration gets a new key."), t("Revoke it"), () => told(() => port().revokeIntegration(one.id), t("Revoked."))),
  };
}

export function codesActions({ port, told }: Hands): Pick<SettingsActions, "override" | "restoreCode"> {
  return {
    override: (code) => meaningDialog(code, (said) => told(() => port().override(said), t("From now on {code} means that.", { code: said.code }))),
    restoreCode: (code) => sureDialog(t("{code} as the table says?", { code: code.code }), t("Our own meaning ends; it is kept in the history. A code that is in no table is unknown again."), t("Back to the table"), () => told(() => port().restoreCode(code.protocol, code.code, code.qualifier), t("The table holds again."))),
  };
}
