package io.windlass.engine.kubernetes.manifest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What stands between a program and the machine; each is tried where the one before does not work.
 */
enum Wall {
  /**
   * The program sees itself, the machine's folders of libraries, the files that it is given and its
   * home; it has no network and no capability.
   */
  FILES(Optional.of(Path.of("/usr/bin/bwrap"))) {
    @Override
    List<String> around(Path program, Path work, Path home) {
      List<String> command = new ArrayList<>(List.of(builder(), "--unshare-all"));
      command.addAll(List.of("--die-with-parent", "--new-session", "--cap-drop", "ALL"));
      LIBRARIES.forEach(folder -> command.addAll(List.of("--ro-bind-try", folder, folder)));
      command.addAll(List.of("--ro-bind", program.toString(), "/tool"));
      command.addAll(List.of("--bind", work.toString(), WORK, "--bind", home.toString(), HOME));
      command.addAll(List.of("--chdir", WORK, "--", "/tool"));
      return command;
    }

    @Override
    String home(Path home) {
      return HOME;
    }

    @Override
    String work(Path work) {
      return WORK;
    }
  },

  /** The program has no network, and sees what the server's user sees. */
  NETWORK(Optional.of(Path.of("/usr/bin/unshare"))) {
    @Override
    List<String> around(Path program, Path work, Path home) {
      return List.of(builder(), "--user", "--net", "--", program.toString());
    }
  },

  /** Nothing. */
  NONE(Optional.empty()) {
    @Override
    List<String> around(Path program, Path work, Path home) {
      return List.of(program.toString());
    }
  };

  private static final String WORK = "/work";
  private static final String HOME = "/home";

  /** For programs that are not linked statically. */
  private static final List<String> LIBRARIES =
      List.of("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib");

  private final Optional<Path> builder;

  Wall(Optional<Path> builder) {
    this.builder = builder;
  }

  /** Those that this machine has the programs for, the best one first. */
  static List<Wall> here() {
    return Stream.of(values()).filter(wall -> wall.builder.filter(Wall::absent).isEmpty()).toList();
  }

  /** The first program that is not there and would put one up. */
  static Optional<Path> missing() {
    return Stream.of(values())
        .flatMap(wall -> wall.builder.stream())
        .filter(Wall::absent)
        .findFirst();
  }

  private static boolean absent(Path program) {
    return !Files.isExecutable(program);
  }

  String builder() {
    return builder.orElseThrow().toString();
  }

  /** The command that runs a program behind it; its arguments follow. */
  abstract List<String> around(Path program, Path work, Path home);

  /** Where the program finds its home. */
  String home(Path home) {
    return home.toString();
  }

  /** Where the program finds the files that it is given. */
  String work(Path work) {
    return work.toString();
  }
}
