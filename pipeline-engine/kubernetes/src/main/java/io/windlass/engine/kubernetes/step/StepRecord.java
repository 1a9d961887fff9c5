package io.windlass.engine.kubernetes.step;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.windlass.engine.run.StepResult;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** How an attempt ended, as its Job remembers it. */
final class StepRecord {
  private StepRecord() {}

  /** What a Job says of the attempt's end; empty while there is none. */
  static Optional<StepResult> of(Job job) {
    Map<String, String> annotations =
        Objects.requireNonNullElse(job.getMetadata().getAnnotations(), Map.of());
    String result = annotations.get(StepNames.RESULT);
    if (result != null) {
      return Optional.of(read(result));
    }
    return annotations.containsKey(StepNames.CANCELLED)
        ? Optional.of(new StepResult.Cancelled())
        : Optional.empty();
  }

  private static StepResult read(String text) {
    try {
      JsonNode json = WorkspaceArchive.JSON.readTree(text);
      Instant started = Instant.parse(json.path("started").asText(Instant.EPOCH.toString()));
      Instant ended = Instant.parse(json.path("ended").asText(Instant.EPOCH.toString()));
      String reason = json.path("reason").asText();
      return switch (json.path("end").asText()) {
        case "exited" -> new StepResult.Exited(json.path("code").asInt(), started, ended);
        case "timed-out" -> new StepResult.TimedOut(started, ended);
        case "over-limit" -> new StepResult.OverLimit(reason, started, ended);
        case "refused" -> new StepResult.Refused(reason);
        case "unserved" -> new StepResult.Unserved(reason);
        case "cancelled" -> new StepResult.Cancelled();
        default -> new StepResult.Lost(reason);
      };
    } catch (JsonProcessingException | java.time.DateTimeException e) {
      return new StepResult.Lost("its Job does not say how it ended: " + text);
    }
  }

  static String write(StepResult result) {
    ObjectNode json = WorkspaceArchive.JSON.createObjectNode();
    switch (result) {
      case StepResult.Exited(var code, var started, var ended) ->
          times(json.put("end", "exited").put("code", code), started, ended);
      case StepResult.TimedOut(var started, var ended) ->
          times(json.put("end", "timed-out"), started, ended);
      case StepResult.OverLimit(var limit, var started, var ended) ->
          times(json.put("end", "over-limit").put("reason", limit), started, ended);
      case StepResult.Refused(var reason) -> json.put("end", "refused").put("reason", reason);
      case StepResult.Unserved(var reason) -> json.put("end", "unserved").put("reason", reason);
      case StepResult.Lost(var reason) -> json.put("end", "lost").put("reason", reason);
      case StepResult.Cancelled cancelled -> json.put("end", "cancelled");
    }
    return json.toString();
  }

  private static void times(ObjectNode json, Instant started, Instant ended) {
    json.put("started", started.toString()).put("ended", ended.toString());
  }
}
