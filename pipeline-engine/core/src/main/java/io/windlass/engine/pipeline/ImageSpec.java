package io.windlass.engine.pipeline;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The image to build.
 *
 * @param name where to push it, {@code ghcr.io/acme/shop}; empty: the server's own store
 * @param directory where in the workspace the preset looks; empty for the workspace itself
 * @param from the base image; {@code host} for none, with the programs of the machine it runs on
 * @param platform {@code linux/amd64} or {@code linux/arm64}; empty for the server's own
 * @param files what goes in beside, or for the preset {@code files} instead of, what the preset
 *     finds
 * @param entrypoint program and arguments; empty for the preset's own
 * @param mainClass the class to start, preset java only
 * @param jvmFlags flags before the class path, preset java only
 * @param buildEnv variables for the preset's build step only; no part of the image
 */
public record ImageSpec(
    Preset preset,
    Optional<String> name,
    Optional<String> directory,
    String from,
    Optional<String> platform,
    List<FileSet> files,
    List<String> entrypoint,
    Optional<String> mainClass,
    List<String> jvmFlags,
    Optional<String> workdir,
    Optional<String> user,
    Map<String, String> buildEnv) {
  public ImageSpec {
    files = List.copyOf(files);
    entrypoint = List.copyOf(entrypoint);
    jvmFlags = List.copyOf(jvmFlags);
    buildEnv = Ordered.copy(buildEnv);
  }

  /** How an image is put together. */
  public enum Preset {
    JAVA,
    FILES
  }

  /** Files of the workspace and where in the image they go. */
  public record FileSet(String from, String to) {}
}
