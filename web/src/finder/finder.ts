// SPDX-License-Identifier: EUPL-1.2
// The worker that looks for people, vehicles and faces. Principles: it fetches its networks from our own origin, runs only those whose
// hash their list tells, and sends nothing anywhere: it answers the page that asked, and no one else.
import * as ort from "onnxruntime-web/wasm";
import { centerface, facesView, fromView, interleaved, once, planar, ssdlite, tiles, whole } from "../records/redact/networks";
import type { Found, Place } from "../records/redact/places";

interface Network {
  readonly file: string;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  readonly labels: readonly (string | null)[];
}

interface Loaded {
  readonly people: ort.InferenceSession;
  readonly faces: ort.InferenceSession;
  readonly list: { readonly people: Network; readonly faces: Network };
}

export type Asked = { readonly number: number } & ({ readonly what: "load" } | { readonly what: "find"; readonly picture: ImageBitmap });
export type Answer = { readonly number: number } & ({ readonly loaded: readonly string[] } | { readonly found: readonly Found[] } | { readonly error: string });

const scope = self as unknown as { postMessage(answer: Answer): void; onmessage: ((event: MessageEvent<Asked>) => void) | null };
const NETWORKS = new URL("../detectors/", import.meta.url);
let loading: Promise<Loaded> | null = null;

async function fetched(address: URL): Promise<ArrayBuffer> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address.pathname} is not there (${answer.status}): was the server set up with make setup?`);
  return answer.arrayBuffer();
}

async function network({ file, sha256 }: Network): Promise<ort.InferenceSession> {
  const bytes = await fetched(new URL(file, NETWORKS));
  const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (digest !== sha256) throw new Error(`${file} is not the network of its list`);
  return ort.InferenceSession.create(new Uint8Array(bytes), { executionProviders: ["wasm"], graphOptimizationLevel: "all", logSeverityLevel: 3 });
}

async function load(): Promise<Loaded> {
  ort.env.logLevel = "error";
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.proxy = false;
  ort.env.wasm.wasmBinary = await fetched(new URL("./ort.wasm", import.meta.url));
  const list = JSON.parse(new TextDecoder().decode(await fetched(new URL("detectors.json", NETWORKS)))) as Loaded["list"];
  return { people: await network(list.people), faces: await network(list.faces), list };
}

function seen(picture: ImageBitmap, { x, y, w, h }: Place, width: number, height: number, drawnWidth = width, drawnHeight = height): Uint8ClampedArray {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
  context.imageSmoothingQuality = "medium";
  context.drawImage(picture, x * picture.width, y * picture.height, w * picture.width, h * picture.height, 0, 0, drawnWidth, drawnHeight);
  return context.getImageData(0, 0, width, height).data;
}

async function find({ people, faces, list }: Loaded, picture: ImageBitmap): Promise<readonly Found[]> {
  const { width, height, labels } = list.people;
  const found: Found[] = [];
  for (const tile of tiles(picture.width, picture.height)) {
    const image = new ort.Tensor("uint8", interleaved(seen(picture, tile, width, height)), [1, height, width, 3]);
    const { boxes, scores, anchors } = await people.run({ image });
    found.push(...whole(ssdlite(boxes!.data as Float32Array, scores!.data as Float32Array, anchors!.data as Float32Array, labels), tile));
  }
  const view = facesView(picture.width, picture.height);
  const input = new ort.Tensor("float32", planar(seen(picture, { x: 0, y: 0, w: 1, h: 1 }, view.width, view.height, view.w, view.h)), [1, 3, view.height, view.width]);
  const given = await faces.run({ [faces.inputNames[0]!]: input });
  const [heat, size, offset] = faces.outputNames.map((name) => given[name]!.data as Float32Array);
  return once([...found, ...fromView(centerface(heat!, size!, offset!, view.width, view.height), view)]);
}

scope.onmessage = ({ data }) => {
  loading ??= load();
  loading
    .then(async (loaded): Promise<Answer> => {
      if (data.what === "load") return { number: data.number, loaded: [loaded.list.people.sha256, loaded.list.faces.sha256] };
      const found = await find(loaded, data.picture);
      data.picture.close();
      return { number: data.number, found };
    })
    .catch((error: unknown): Answer => ({ number: data.number, error: error instanceof Error ? error.message : String(error) }))
    .then((answer) => scope.postMessage(answer));
};

