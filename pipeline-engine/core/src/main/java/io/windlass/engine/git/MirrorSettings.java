package io.windlass.engine.git;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where mirrors live and what they may take.
 *
 * @param directory holds the mirrors; nothing else may write there
 * @param submoduleHosts hosts that submodules may come from, as {@link CloneUrl#authority} writes
 *     them, with what opens them; none by default
 * @param limits of each fetch, and the default of each checkout
 */
public record MirrorSettings(
    Path directory, Map<String, Credentials> submoduleHosts, Limits limits) {
  public MirrorSettings {
    directory = directory.toAbsolutePath().normalize();
    submoduleHosts = Map.copyOf(submoduleHosts);
  }

  public static MirrorSettings in(Path directory) {
    return new MirrorSettings(directory, Map.of(), Limits.DEFAULTS);
  }
}
