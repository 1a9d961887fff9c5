package io.windlass.webhooks.view;

import java.util.List;

/** A part of the dashboard, as its navigation lists it. */
public record Section(String name, String address) {
  /** All of them, in order. */
  public static final List<Section> ALL =
      List.of(
          new Section("Overview", "/"),
          new Section("Runs", "/runs"),
          new Section("Environments", "/environments"),
          new Section("Fleets", "/fleets"),
          new Section("Repositories", "/repositories"),
          new Section("Deliveries", "/deliveries"));
}
