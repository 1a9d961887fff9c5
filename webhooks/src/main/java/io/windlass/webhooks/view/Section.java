package io.windlass.webhooks.view;

import io.windlass.webhooks.feed.Change;
import java.util.List;

/**
 * A part of the dashboard, as its navigation lists it.
 *
 * @param shows what its pages show: they are looked up again when some of it changes
 */
public record Section(String name, String address, List<Change.Kind> shows) {
  /** All of them, in order. */
  public static final List<Section> ALL =
      List.of(
          new Section(
              "Overview",
              "/",
              List.of(Change.Kind.RUN, Change.Kind.ENVIRONMENT, Change.Kind.FLEET)),
          new Section("Runs", "/runs", List.of(Change.Kind.RUN)),
          new Section(
              "Environments", "/environments", List.of(Change.Kind.ENVIRONMENT, Change.Kind.FLEET)),
          new Section("Fleets", "/fleets", List.of(Change.Kind.FLEET)),
          new Section(
              "Repositories", "/repositories", List.of(Change.Kind.RUN, Change.Kind.DELIVERY)),
          new Section("Deliveries", "/deliveries", List.of(Change.Kind.DELIVERY)));
}
