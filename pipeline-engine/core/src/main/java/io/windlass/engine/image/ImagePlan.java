package io.windlass.engine.image;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that decides what an image is: two plans with the same text and the same file contents make
 * the same digest, wherever their workspaces stand and whatever their files' times, owners and
 * modes are.
 *
 * @param workspace the real path of the directory that every source file must lie in
 * @param layers bottom to top; what changes rarely first
 * @param entrypoint the program and its arguments
 * @param workdir absolute; for a base of {@code host} always {@code /app}
 * @param user {@code name}, {@code uid} or {@code uid:gid} that the program runs as
 * @param platform which of a base's variants to take, and what the image says it is for
 */
public record ImagePlan(
    Path workspace,
    Base base,
    List<Layer> layers,
    List<String> entrypoint,
    SortedMap<String, String> env,
    String workdir,
    Optional<String> user,
    List<Integer> ports,
    SortedMap<String, String> labels,
    Platform platform) {

  public ImagePlan {
    layers = List.copyOf(layers);
    entrypoint = List.copyOf(entrypoint);
    env = new TreeMap<>(env);
    ports = List.copyOf(ports);
    labels = new TreeMap<>(labels);
  }

  /** Files that change together, and so are sent together. */
  public record Layer(String name, List<Entry> entries) {
    public Layer {
      entries = List.copyOf(entries);
    }

    public long bytes() {
      return entries.stream().mapToLong(Entry::bytes).sum();
    }
  }

  /**
   * One file of the image.
   *
   * @param source the real path of a regular file in the workspace
   * @param target absolute path in the image
   * @param bytes its size when the plan was made; a file that differs later fails the build
   * @param executable modes are 0755 or 0644 and nothing else, so that a umask or a set-uid bit
   *     cannot get in
   * @param owner {@code uid:gid}
   */
  public record Entry(Path source, String target, long bytes, boolean executable, String owner) {}

  /** The same plan with more variables; those given here win. */
  public ImagePlan withEnv(Map<String, String> more) {
    SortedMap<String, String> all = new TreeMap<>(env);
    all.putAll(more);
    return new ImagePlan(
        workspace, base, layers, entrypoint, all, workdir, user, ports, labels, platform);
  }
}
