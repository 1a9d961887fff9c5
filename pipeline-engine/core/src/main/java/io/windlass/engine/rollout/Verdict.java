package io.windlass.engine.rollout;

/** What one look of a check says of a release. */
public enum Verdict {
  PASS,
  FAIL,
  /** Nothing was measured, or too little to tell. */
  NO_DATA
}
