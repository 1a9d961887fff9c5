package io.windlass.engine.run;

/** Where the deployment of a run to one environment stands. */
public enum DeploymentStage {
  /** The operator's grant is being looked up, and what the commit brings is rendered. */
  ASKING(false),
  /** The operator's file does not allow it. */
  REFUSED(true),
  /** Behind another rollout, or the environment is frozen. */
  WAITING(false),
  /** The rollout is under way, and is not cut in half. */
  ROLLING(false),
  /** The release serves. */
  LIVE(true),
  /** The release failed, and the one before serves again. */
  RETURNED(true),
  /** It failed before anything moved, or there was nothing to return to. */
  FAILED(true),
  /** The target or the server did not do its part; the commit may be good. */
  ERRORED(true),
  /** A newer commit took its place, or it was withdrawn before it began. */
  SKIPPED(true);

  private final boolean ended;

  DeploymentStage(boolean ended) {
    this.ended = ended;
  }

  public boolean ended() {
    return ended;
  }
}
