// SPDX-License-Identifier: EUPL-1.2
// A table: says what it holds, scrolls inside its own frame, and shows an empty state instead of nothing.
import { html, nothing, repeat, type Part } from "./dom";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Part;
  readonly numeric?: boolean;
}

export function table<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[], key: (row: Row) => unknown, whenEmpty: Part): Part {
  if (rows.length === 0) return html`<div class="table-frame">${whenEmpty}</div>`;
  return html`<div class="table-frame" tabindex="0" role="region" aria-label=${caption}><table class="table">
    <caption class="sr">${caption}</caption>
    <thead><tr>${columns.map((column) => html`<th scope="col" class=${column.numeric ? "num" : nothing}>${column.title}</th>`)}</tr></thead>
    <tbody>${repeat(rows, key, (row) => html`<tr>${columns.map((column) => html`<td class=${column.numeric ? "num" : nothing}>${column.cell(row)}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}
