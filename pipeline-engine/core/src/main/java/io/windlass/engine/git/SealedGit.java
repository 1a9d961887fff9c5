package io.windlass.engine.git;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * Shuts JGit off from the machine: no system, user or JGit configuration is read or written, and no
 * {@code GIT_*} variable is seen. The resolution of file times, which JGit would measure for 2.6
 * seconds at its first use of a file system and write to the user's home, is given instead.
 */
final class SealedGit extends SystemReader.Delegate {
  /**
   * Coarser than any file system that a server runs on; too coarse only costs a second look at
   * young files.
   */
  private static final Duration RESOLUTION = Duration.ofMillis(10);

  static {
    SystemReader.setInstance(new SealedGit(SystemReader.getInstance()));
  }

  private SealedGit(SystemReader machine) {
    super(machine);
  }

  /** Takes effect once for the process; must come before the first repository is opened. */
  static void seal() {
    // The class's own initialiser has done it.
  }

  @Override
  public @Nullable String getenv(String variable) {
    return variable.startsWith("GIT_") || variable.startsWith("XDG_")
        ? null
        : super.getenv(variable);
  }

  @Override
  public FileBasedConfig openSystemConfig(Config parent, FS fs) {
    return new Nothing(parent, fs);
  }

  @Override
  public FileBasedConfig openUserConfig(Config parent, FS fs) {
    return new Nothing(parent, fs);
  }

  @Override
  public FileBasedConfig openJGitConfig(Config parent, FS fs) {
    return new Nothing(parent, fs);
  }

  private static final class Nothing extends FileBasedConfig {
    Nothing(Config parent, FS fs) {
      super(parent, null, fs);
    }

    @Override
    public void load() {}

    @Override
    public void save() {}

    @Override
    public boolean isOutdated() {
      return false;
    }

    @Override
    public long getTimeUnit(
        String section, String subsection, String name, long other, TimeUnit unit) {
      return ConfigConstants.CONFIG_FILESYSTEM_SECTION.equals(section)
          ? unit.convert(RESOLUTION)
          : super.getTimeUnit(section, subsection, name, other, unit);
    }
  }
}
