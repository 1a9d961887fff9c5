package io.windlass.webhooks.crash;

import com.fasterxml.jackson.databind.JsonNode;

/** A moment in a push's life, at which something is killed. */
enum Moment {
  /** While deliveries are on their way to the hook. */
  DELIVER,
  /** After the answer, before there is a run. */
  CLONE,
  STEP,
  BUILD,
  ROLL_OUT,
  /** When the release is live and the fleet is being sized. */
  SCALE,
  /** While the server is starting again. */
  START;

  private static final String RUNNING = "running";

  /** Whether a run has come so far; one that has ended has. */
  boolean reachedBy(JsonNode run) {
    return !run.path("status").asText().equals(RUNNING)
        || switch (this) {
          case DELIVER, CLONE, START -> true;
          case STEP -> stepRuns(run) || building(run) || rolling(run);
          case BUILD -> building(run) || rolling(run);
          case ROLL_OUT -> rolling(run);
          case SCALE -> false;
        };
  }

  private static boolean stepRuns(JsonNode run) {
    for (JsonNode step : run.path("steps")) {
      if (step.path("status").asText().equals(RUNNING)) {
        return true;
      }
    }
    return false;
  }

  private static boolean building(JsonNode run) {
    String image = run.path("image").path("status").asText();
    return image.equals(RUNNING) || image.equals("passed");
  }

  private static boolean rolling(JsonNode run) {
    String stage = run.path("deployments").path(Installation.ENVIRONMENT).path("stage").asText();
    return !stage.isEmpty() && !stage.equals("asking") && !stage.equals("waiting");
  }
}
