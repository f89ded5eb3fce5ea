// SPDX-License-Identifier: EUPL-1.2
// What changed between versions, who is called next, and drafts: the pure parts of the planner's page and the panel.
import assert from "node:assert/strict";
import { test } from "node:test";
import { anyChange, changes } from "../src/faces/plans/diff";
import { added, draftOf, fresh, isChanged } from "../src/faces/plans/model";
import { callNote, currentStep, isDone, nextToCall, tried, waitingSince } from "../src/faces/plans/progress";
import { moved } from "../src/faces/plans/reorder";
import type { Callable, PinnedStep, PlanWhole, Step } from "../src/faces/plans/types";

const step = (kind: Step["kind"], text = ""): Step => ({ ...fresh(kind), text });
const LOOK = step("look", "Who is there?");
const CALL = step("call_contact");
const GUARD = step("send_guard");
const CLOSE = step("close_suggest");
const brief = (before: readonly Step[], after: readonly Step[]): string => changes(before, after).map(({ what, no }) => `${what} ${no}`).join(", ");

test("what changed is said step by step", () => {
  assert.equal(brief([LOOK, CALL, CLOSE], [LOOK, CALL, CLOSE]), "same 1, same 2, same 3");
  assert.equal(brief([LOOK, CALL, CLOSE], [LOOK, CALL, GUARD, CLOSE]), "same 1, same 2, added 3, same 4");
  assert.equal(brief([LOOK, CALL, CLOSE], [CALL, CLOSE]), "same 1, same 2, removed 1");
  assert.equal(brief([LOOK, CALL, GUARD, CLOSE], [LOOK, GUARD, CALL, CLOSE]), "same 1, same 2, moved 3, same 4");
  assert.equal(brief([LOOK, CALL], [step("look", "Look again"), CALL]), "changed 1, same 2");
  assert.equal(brief([], [LOOK]), "added 1");
  assert.equal(anyChange(changes([LOOK], [LOOK])), false);
});

test("every step of both versions is spoken for, whatever they are", () => {
  const all = [LOOK, CALL, GUARD, CLOSE, step("wait"), step("note", "a"), step("note", "b")];
  let seed = 7;
  const draw = (): Step[] => all.filter(() => (seed = (seed * 1103515245 + 12345) % 2147483648) % 2 === 0).sort(() => ((seed = (seed * 1103515245 + 12345) % 2147483648) % 3) - 1);
  for (let n = 0; n < 300; n += 1) {
    const [before, after] = [draw(), draw()];
    const list = changes(before, after);
    assert.equal(list.filter(({ what }) => what !== "removed").length, after.length);
    assert.equal(list.filter(({ what }) => what !== "added").length, before.length);
  }
});

test("a row goes where it is put, and never outside", () => {
  assert.deepEqual(moved([1, 2, 3, 4], 3, 0), [4, 1, 2, 3]);
  assert.deepEqual(moved([1, 2, 3, 4], 0, 2), [2, 3, 1, 4]);
  assert.deepEqual(moved([1, 2, 3], 1, 9), [1, 3, 2]);
  assert.deepEqual(moved([1], 0, -4), [1]);
});

test("a new step comes before the closing, and a draft knows whether something would be lost", () => {
  assert.deepEqual(added([LOOK, CLOSE], "wait").map(({ kind }) => kind), ["look", "wait", "close_suggest"]);
  const whole: PlanWhole = { id: "p", site_id: null, ended: false, versions: [{ version_id: "v", number: 3, name: "Night", classes: ["burglary"], steps: [LOOK], why: "", restored_from: null, made_ms: 0, made_by: "" }] };
  const draft = draftOf(whole);
  assert.ok(draft !== null);
  assert.equal(draft.base, 3);
  assert.equal(isChanged(draft, whole), false);
  assert.equal(isChanged({ ...draft, steps: [LOOK, CALL] }, whole), true);
  assert.equal(isChanged({ ...draft, classes: ["fire"] }, whole), true);
});

const somebody = (name: string, reachable = true): Callable => ({ id: name, name, relation: "", language: "en", phones: [], phone: "", reachable, has_code_word: true });
const calling = (contacts: readonly Callable[], done: readonly [string, string][]): PinnedStep => ({
  no: 2, kind: "call_contact", text: "", attempts: 2, code_word: true, wait_s: 0, close_code: "", outcomes: [], contacts, done: done.map(([outcome, note], n) => ({ at_ms: n, by: "Operator 12", outcome, note })),
});
const [ANNA, BO, CAS] = [somebody("Anna"), somebody("Bo", false), somebody("Cas")] as const;

test("contacts are called in order, within their hours first, each as often as the plan says", () => {
  const all = [BO, ANNA, CAS];
  assert.equal(nextToCall(calling(all, []))?.name, "Anna");
  assert.equal(nextToCall(calling(all, [["no_answer", "Anna"], ["voicemail", "Anna: left a message"]]))?.name, "Cas");
  assert.equal(nextToCall(calling(all, [["wrong_number", "Anna"], ["busy", "Cas"], ["busy", "Cas"]]))?.name, "Bo");
  assert.equal(tried(calling(all, [["no_answer", "Anna"], ["no_answer", "Anna Maria"]]), ANNA), 1, "a longer name is somebody else");
  assert.equal(callNote(ANNA, "on holiday"), "Anna: on holiday");
});

test("a call is done when somebody was reached, or everybody was tried", () => {
  assert.equal(isDone(calling([ANNA], [["no_answer", "Anna"]])), false);
  assert.equal(isDone(calling([ANNA], [["no_answer", "Anna"], ["reached", "Anna"]])), true);
  assert.equal(isDone(calling([ANNA], [["no_answer", "Anna"], ["no_answer", "Anna"]])), true);
  assert.equal(isDone(calling([], [])), false);
  assert.equal(isDone(calling([ANNA, CAS], [["skipped", "nobody may be woken"]])), true);
  assert.equal(currentStep([calling([ANNA], [["reached", "Anna"]])]), null);
});

test("a wait begins with the last thing done before it", () => {
  const wait: PinnedStep = { ...calling([], []), no: 3, kind: "wait", wait_s: 60 };
  assert.equal(waitingSince([calling([ANNA], [["busy", "Anna"], ["reached", "Anna"]]), wait], wait, 99), 1);
  assert.equal(waitingSince([wait], wait, 99), 99);
});
