package io.windlass.engine.run;

import java.nio.file.Path;
import java.util.List;

/** One directory that is there already and stays: what a developer has before them. */
public record InPlaceWorkspaces(Path directory) implements Workspaces {
  @Override
  public Checkout checkOut(RunId run, String sha) {
    return new Checkout.Ready(List.of());
  }

  @Override
  public Path directory(RunId run) {
    return directory;
  }

  @Override
  public void remove(RunId run) {
    // Not ours to remove.
  }

  @Override
  public void prepare(RunId run, String sha) {
    // There is no next one.
  }
}
