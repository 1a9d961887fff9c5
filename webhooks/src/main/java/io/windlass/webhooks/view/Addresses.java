package io.windlass.webhooks.view;

import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.run.RunId;
import io.windlass.scaler.fleet.FleetId;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
