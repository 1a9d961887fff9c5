package io.windlass.engine.run;

/** How a run ended. */
public enum RunOutcome {
  SUCCEEDED,
  /** The commit's doing: a step, the image or the rollout failed. */
  FAILED,
  /** Ours or the world's doing: the commit may be good. */
  ERRORED,
  CANCELLED,
  /** A newer commit took its place, or the commit has vanished. */
  SUPERSEDED
}
