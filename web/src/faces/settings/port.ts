// SPDX-License-Identifier: EUPL-1.2
// What these screens ask of the server. `ask` is the signed-in session's own (faces/wire.ts), with errors as sentences.
import type { Broker, BrokerSaid, Camera, FigureSet, Figures, Integration, IntegrationSaid, Line, MailCamera, MeaningSaid, OpeningPlan, OpeningSaid, OwnCode, Panel, PanelSaid, PathSaid, Receivers, Signal, Site, TableCode, Test, TestSaid, UnknownCode, Whole, Zone } from "./types";

export type Ask = <T>(method: "GET" | "POST" | "PUT", path: string, body?: unknown) => Promise<T>;

export interface ExceptionSaid {
  readonly reason: string;
  /** Null ends it. */
  readonly until_ms: number | null;
}

export interface LineSaid {
  readonly name: string;
  readonly kinds: readonly string[];
  readonly receiver_no: string;
  readonly line_no: string;
}

interface SiteFigures {
  readonly figures: FigureSet;
  readonly own: FigureSet;
  readonly defaults: FigureSet;
  readonly limits: Figures["limits"];
}

export interface SettingsPort {
  sites(): Promise<readonly Site[]>;
  /** Of a site: a provider may have thousands. */
  cameras(siteId: string): Promise<readonly Camera[]>;
  lines(): Promise<readonly Line[]>;
  receivers(): Promise<Receivers>;
  addLine(said: LineSaid): Promise<Line>;
  exceptLine(id: string, said: ExceptionSaid): Promise<Line>;
  panels(): Promise<readonly Panel[]>;
  panel(id: string): Promise<Panel>;
  addPanel(said: PanelSaid): Promise<Panel>;
  replacePanel(id: string, said: PanelSaid): Promise<Panel>;
  changeKey(id: string, key: string | null, format: PanelSaid["key_format"]): Promise<Panel>;
  setZones(id: string, zones: readonly Zone[]): Promise<Panel>;
  setPaths(id: string, paths: readonly PathSaid[]): Promise<Panel>;
  exceptPanel(id: string, said: ExceptionSaid): Promise<Panel>;
  retirePanel(id: string): Promise<Panel>;
  signals(panelId: string): Promise<readonly Signal[]>;
  signal(id: string): Promise<Whole>;
  tests(siteId: string): Promise<readonly Test[]>;
  startTest(siteId: string, said: TestSaid): Promise<Test>;
  endTest(id: string): Promise<Test>;
  mailCameras(): Promise<readonly MailCamera[]>;
  addMailCamera(siteId: string, name: string): Promise<{ readonly camera: MailCamera; readonly address: string }>;
  newAddress(id: string): Promise<{ readonly camera: MailCamera; readonly address: string }>;
  renameMailCamera(id: string, name: string): Promise<MailCamera>;
  exceptMailCamera(id: string, said: ExceptionSaid): Promise<MailCamera>;
  retireMailCamera(id: string): Promise<unknown>;
  brokers(): Promise<readonly Broker[]>;
  addBroker(said: BrokerSaid): Promise<Broker>;
  retireBroker(id: string): Promise<unknown>;
  integrations(): Promise<readonly Integration[]>;
  addIntegration(said: IntegrationSaid): Promise<{ readonly integration: Integration; readonly key: string }>;
  revokeIntegration(id: string): Promise<unknown>;
  table(): Promise<readonly TableCode[]>;
  ownCodes(): Promise<readonly OwnCode[]>;
  unknownCodes(): Promise<readonly UnknownCode[]>;
  override(said: MeaningSaid): Promise<OwnCode>;
  restoreCode(protocol: string, code: string, qualifier: string): Promise<unknown>;
  /** Of a site, or of the provider's sites at large. */
  figures(siteId: string | null): Promise<Figures>;
  setFigures(siteId: string | null, values: FigureSet): Promise<unknown>;
  openings(siteId: string): Promise<readonly OpeningPlan[]>;
  setOpening(siteId: string, said: OpeningSaid): Promise<OpeningPlan>;
  clearOpening(siteId: string, panelId: string, area: string): Promise<unknown>;
  nowMs(): number;
}

export function settingsPort(ask: Ask, nowMs: () => number): SettingsPort {
  const get = <T>(path: string): Promise<T> => ask<T>("GET", path);
  const post = <T>(path: string, body: unknown = {}): Promise<T> => ask<T>("POST", path, body);
  return {
    sites: async () => (await get<{ sites: Site[] }>("/setup/sites")).sites,
    cameras: async (siteId) => (await get<{ cameras: Camera[] }>(`/cameras?site_id=${siteId}`)).cameras,
    lines: async () => (await get<{ lines: Line[] }>("/lines")).lines,
    receivers: () => get("/setup/receivers"),
    addLine: (said) => post("/lines", said),
    exceptLine: (id, said) => post(`/lines/${id}/exception`, said),
    panels: async () => (await get<{ panels: Panel[] }>("/panels")).panels,
    panel: (id) => get(`/panels/${id}`),
    addPanel: (said) => post("/panels", said),
    replacePanel: (id, said) => post(`/panels/${id}/replace`, said),
    changeKey: (id, key, format) => post(`/panels/${id}/key`, { key, key_format: key === null ? "" : format }),
    setZones: (id, zones) => post(`/panels/${id}/zones`, { zones }),
    setPaths: (id, paths) => post(`/panels/${id}/paths`, { paths }),
    exceptPanel: (id, said) => post(`/panels/${id}/exception`, said),
    retirePanel: (id) => post(`/panels/${id}/retire`),
    signals: async (panelId) => (await get<{ signals: Signal[] }>(`/signals?panel_id=${panelId}&limit=100`)).signals,
    signal: (id) => get(`/signals/${id}`),
    tests: async (siteId) => (await get<{ tests: Test[] }>(`/setup/sites/${siteId}/tests`)).tests,
    startTest: (siteId, said) => post(`/sites/${siteId}/tests`, said),
    endTest: (id) => post(`/tests/${id}/end`),
    mailCameras: async () => (await get<{ cameras: MailCamera[] }>("/mail-cameras")).cameras,
    addMailCamera: (site_id, name) => post("/mail-cameras", { site_id, name }),
    newAddress: (id) => post(`/mail-cameras/${id}/address`),
    renameMailCamera: (id, name) => post(`/mail-cameras/${id}/rename`, { name }),
    exceptMailCamera: (id, said) => post(`/mail-cameras/${id}/exception`, said),
    retireMailCamera: (id) => post(`/mail-cameras/${id}/retire`),
    brokers: async () => (await get<{ brokers: Broker[] }>("/brokers")).brokers,
    addBroker: (said) => post("/brokers", said),
    retireBroker: (id) => post(`/brokers/${id}/retire`),
    integrations: async () => (await get<{ integrations: Integration[] }>("/integrations")).integrations,
    addIntegration: (said) => post("/integrations", said),
    revokeIntegration: (id) => post(`/integrations/${id}/revoke`),
    table: async () => (await get<{ codes: TableCode[] }>("/setup/codes")).codes,
    ownCodes: async () => (await get<{ codes: OwnCode[] }>("/codes")).codes,
    unknownCodes: async () => (await get<{ codes: UnknownCode[] }>("/setup/unknown-codes")).codes,
    override: (said) => post("/codes", said),
    restoreCode: (protocol, code, qualifier) => post("/codes/restore", { protocol, code, qualifier }),
    figures: async (siteId) => {
      if (siteId === null) {
        const found = await get<Omit<Figures, "below">>("/setup/figures");
        return { ...found, below: found.defaults };
      }
      const found = await get<SiteFigures>(`/sites/${siteId}/alarm-settings`);
      return { own: found.own, below: found.figures, defaults: found.defaults, limits: found.limits };
    },
    setFigures: (siteId, values) => post(siteId === null ? "/alarm-settings" : `/sites/${siteId}/alarm-settings`, { values }),
    openings: async (siteId) => (await get<{ opening_plans: OpeningPlan[] }>(`/sites/${siteId}/alarm-settings`)).opening_plans,
    setOpening: (siteId, said) => post(`/sites/${siteId}/opening-plans`, said),
    clearOpening: (siteId, panel_id, area) => post(`/sites/${siteId}/opening-plans/clear`, { panel_id, area }),
    nowMs,
  };
}
