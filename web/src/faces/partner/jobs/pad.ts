// SPDX-License-Identifier: EUPL-1.2
// A field to sign in, with a finger, a pen or a mouse. Black on white whatever the page's colours are: it is printed one day.
const WIDTH = 600;
const HEIGHT = 240;

export function pad(drawn: () => void): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  canvas.className = "pad";
  canvas.id = "pad";
  const pen = canvas.getContext("2d");
  if (pen === null) return canvas;
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  pen.lineWidth = 4;
  pen.lineCap = pen.lineJoin = "round";
  let down = false;
  const at = (event: PointerEvent): readonly [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * WIDTH, ((event.clientY - box.top) / box.height) * HEIGHT];
  };
  canvas.addEventListener("pointerdown", (event) => {
    down = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!down) return;
    pen.lineTo(...at(event));
    pen.stroke();
    drawn();
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (down = false));
  return canvas;
}
