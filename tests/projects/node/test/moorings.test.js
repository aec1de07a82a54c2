import assert from "node:assert/strict";
import { test } from "node:test";
import { assign } from "../src/moorings.js";

test("a boat gets the shortest mooring that holds it", () => {
  assert.equal(assign([20, 8, 12], 9), 12);
});

test("a boat may be as long as its mooring", () => {
  assert.equal(assign([8], 8), 8);
});

test("a boat longer than every mooring gets none", () => {
  assert.equal(assign([8, 12], 13), undefined);
});
