package io.windlass.scaler.signal.prometheus;

import io.windlass.scaler.signal.prometheus.FleetSeries.Measure;
import java.util.List;

/** Puts values and the times that they rest on into one query, so that both are of one moment. */
final class NamedQueries {
  /** Tells values and times apart in one answer. */
  static final String PART = "windlass_part";

  static final String VALUE = "value";
  static final String TIME = "time";

  private NamedQueries() {}

  /** Each replica's value and the time of its last scrape. */
  static String withTimes(Measure measure) {
    return part(measure.value(), VALUE) + " or " + part(measure.scraped(), TIME);
  }

  /** A fleet's total. */
  static String total(Measure measure) {
    return "sum(" + measure.value() + ")";
  }

  /**
   * When each replica of each selector was last scraped; {@link #PART} tells the selectors apart.
   *
   * @param replica the label that tells replicas apart
   */
  static String lastScrapes(List<String> selectors, String replica) {
    StringBuilder query = new StringBuilder();
    for (int i = 0; i < selectors.size(); i++) {
      query
          .append(i == 0 ? "" : " or ")
          .append(
              part(
                  "max by (" + replica + ") (timestamp(" + selectors.get(i) + "))",
                  String.valueOf(i)));
    }
    return query.toString();
  }

  private static String part(String expression, String name) {
    return "label_replace(" + expression + ", \"" + PART + "\", \"" + name + "\", \"\", \"\")";
  }
}
