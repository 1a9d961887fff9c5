package io.windlass.scaler.signal.prometheus;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What Prometheus answered.
 *
 * @param series those of a vector or a matrix; a scalar is one series without labels
 * @param warnings what the server itself says against its answer; any makes it partial
 */
record Answer(List<Series> series, List<String> warnings) {
  private static final int SHOWN = 200;

  /** Points of one set of labels, oldest first. */
  record Series(Map<String, String> labels, List<Point> points) {
    String label(String name) {
      return labels.getOrDefault(name, "");
    }

    /** The only point of an instant query's series. */
    Point point() {
      return points.getLast();
    }
  }

  /**
   * A value at a moment of the server's clock.
   *
   * @param value may be not a number or infinite
   */
  record Point(Instant at, double value) {}

  /** The moment, on the server's clock, at which an instant query was evaluated. */
  Optional<Instant> evaluatedAt() {
    return series.stream().findFirst().map(one -> one.point().at());
  }

  /** Reads the envelope of the HTTP API. */
  static Answer of(JsonNode envelope) throws PrometheusException {
    if (!envelope.path("status").asText().equals("success")) {
      throw new PrometheusException(
          "Prometheus refused the query: " + shorten(envelope.path("error").asText()));
    }
    JsonNode data = envelope.path("data");
    JsonNode result = data.path("result");
    List<Series> series = new ArrayList<>();
    switch (data.path("resultType").asText()) {
      case "vector" -> {
        for (JsonNode one : result) {
          series.add(new Series(labels(one), List.of(point(one.path("value")))));
        }
      }
      case "matrix" -> {
        for (JsonNode one : result) {
          series.add(new Series(labels(one), points(one.path("values"))));
        }
      }
      case "scalar" -> series.add(new Series(Map.of(), List.of(point(result))));
      default ->
          throw new PrometheusException("Prometheus answered with something other than numbers");
    }
    List<String> warnings = new ArrayList<>();
    envelope.path("warnings").forEach(warning -> warnings.add(shorten(warning.asText())));
    return new Answer(series, warnings);
  }

  /** Text of a server is shown, but never much of it. */
  static String shorten(String text) {
    String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
    return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "...";
  }

  private static Map<String, String> labels(JsonNode series) {
    Map<String, String> labels = new TreeMap<>();
    series
        .path("metric")
        .properties()
        .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
    return labels;
  }

  private static List<Point> points(JsonNode values) throws PrometheusException {
    List<Point> points = new ArrayList<>();
    for (JsonNode value : values) {
      points.add(point(value));
    }
    if (points.isEmpty()) {
      throw new PrometheusException("Prometheus answered with a series without points");
    }
    return points;
  }

  private static Point point(JsonNode pair) throws PrometheusException {
    JsonNode time = pair.path(0);
    JsonNode value = pair.path(1);
    // 1e11 seconds are the year 5138: beyond is no time.
    if (!time.isNumber() || !value.isTextual() || !(Math.abs(time.asDouble()) < 1e11)) {
      throw new PrometheusException(
          "Prometheus answered with something other than a time and a value");
    }
    return new Point(
        Instant.ofEpochMilli(Math.round(time.asDouble() * 1000)), number(value.asText()));
  }

  private static double number(String text) throws PrometheusException {
    try {
      return switch (text) {
        case "+Inf" -> Double.POSITIVE_INFINITY;
        case "-Inf" -> Double.NEGATIVE_INFINITY;
        default -> Double.parseDouble(text);
      };
    } catch (NumberFormatException e) {
      throw new PrometheusException(
          "Prometheus answered with \"" + shorten(text) + "\" for a value");
    }
  }
}
