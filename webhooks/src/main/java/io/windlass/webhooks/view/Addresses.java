package io.windlass.webhooks.view;

import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.run.RunId;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.webhooks.feed.Change;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Where each thing's page is. Every segment is encoded, whatever a name holds. */
public final class Addresses {
  private Addresses() {}

  public static String run(RunId run) {
    return path("runs", run.repository()) + "/" + run.number();
  }

  public static String step(RunId run, String step) {
    return run(run) + "/steps/" + segment(step);
  }

  public static String environment(EnvironmentId environment) {
    return path("environments", environment.toString());
  }

  public static String fleet(FleetId fleet) {
    return path("fleets", fleet.toString());
  }

  public static String repository(String repository) {
    return path("repositories", repository);
  }

  /** The log of a step's attempt as plain text, from the API: as much as it gives at once. */
  public static String rawLog(RunId run, String step, int attempt) {
    return "/api/v1" + step(run, step) + "/log?attempt=" + attempt + "&max=1048576";
  }

  /** The log of a step's attempt as it grows, from the API. */
  public static String followLog(RunId run, String step, int attempt, long from) {
    return "/api/v1" + step(run, step) + "/log/follow?attempt=" + attempt + "&from=" + from;
  }

  /** What changes of these kinds, from the API: of one repository, or of all. */
  public static String events(List<Change.Kind> kinds, Optional<String> repository) {
    return "/api/v1/events?kind="
        + kinds.stream().map(Words::word).collect(Collectors.joining(","))
        + repository.map(name -> "&repository=" + segment(name)).orElse("");
  }

  /** A value of a query. */
  public static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String path(String first, String segments) {
    return "/"
        + first
        + "/"
        + Arrays.stream(segments.split("/", -1))
            .map(Addresses::segment)
            .collect(Collectors.joining("/"));
  }
}
