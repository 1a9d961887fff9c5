package io.windlass.engine.image.preset;

import io.windlass.engine.image.Base;
import io.windlass.engine.image.Platform;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code windlass.yaml} says under {@code image:}. Whatever is set here wins over what a
 * preset would find by itself.
 *
 * @param directory where in the workspace the preset looks, for a repository of several modules;
 *     empty for the workspace itself
 * @param from the base; {@code host} when nothing is said
 * @param files what goes into the image beside, or for the preset {@code files} instead of, what
 *     the preset finds
 * @param entrypoint program and arguments
 * @param mainClass the class to start, preset {@code java} only
 * @param jvmFlags flags before the class path, preset {@code java} only
 * @param owner {@code uid:gid} of all files; {@code 0:0} when nothing is said, so that the program
 *     cannot change itself
 */
public record ImageSettings(
    Preset preset,
    Optional<String> directory,
    Optional<Base> from,
    Optional<Platform> platform,
    List<FileSet> files,
    List<String> entrypoint,
    Map<String, String> env,
    Optional<String> workdir,
    Optional<String> user,
    Optional<String> owner,
    List<Integer> ports,
    Optional<String> mainClass,
    List<String> jvmFlags) {

  /** How an image is put together. */
  public enum Preset {
    /** Compiled classes and the jars that they need. */
    JAVA,
    /** Exactly the directories and files that the settings name. */
    FILES
  }

  /**
   * Files to take and where they go.
   *
   * @param from a file or a directory, relative to the preset's directory
   * @param to an absolute path in the image, or one relative to the working directory; a
   *     directory's content goes below it, a file goes to exactly there, or into it when it ends
   *     with a slash
   */
  public record FileSet(String from, String to) {}

  public ImageSettings {
    files = List.copyOf(files);
    entrypoint = List.copyOf(entrypoint);
    env = Map.copyOf(env);
    ports = List.copyOf(ports);
    jvmFlags = List.copyOf(jvmFlags);
  }

  /** A preset and nothing else: what {@code image: { preset: java }} says. */
  public static ImageSettings of(Preset preset) {
    return new ImageSettings(
        preset,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        List.of());
  }
}
