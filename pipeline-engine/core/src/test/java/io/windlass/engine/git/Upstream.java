package io.windlass.engine.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A repository on the other side, made and changed with Git's own commands. */
final class Upstream {
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "GIT_CONFIG_GLOBAL", "/dev/null",
          "GIT_CONFIG_NOSYSTEM", "1",
          "GIT_AUTHOR_NAME", "Ada",
          "GIT_AUTHOR_EMAIL", "ada@example.com",
          "GIT_COMMITTER_NAME", "Ada",
          "GIT_COMMITTER_EMAIL", "ada@example.com");

  final Path directory;

  Upstream(Path directory) {
    this.directory = directory;
    git("init", "-q", "-b", "main", ".");
    git("config", "receive.denyCurrentBranch", "ignore");
  }

  CloneUrl url() {
    return CloneUrl.file(directory);
  }

  Upstream write(String path, String text) {
    try {
      Path file = directory.resolve(path);
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
      return this;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Commits everything and gives the commit's id. */
  String commit(String message) {
    git("add", "-A");
    git("commit", "-q", "--allow-empty", "-m", message);
    return git("rev-parse", "HEAD");
  }

  /**
   * Makes a commit of a tree as {@code git mktree} takes it, which refuses much less than {@code
   * git add}.
   */
  String commitOf(String branch, String tree) {
    String id = run(tree, List.of("git", "mktree", "--missing"), directory);
    String commit = git("commit-tree", "-m", "hostile", id);
    git("update-ref", "refs/heads/" + branch, commit);
    return commit;
  }

  String blob(String content) {
    return run(content, List.of("git", "hash-object", "-w", "--stdin"), directory);
  }

  String git(String... arguments) {
    return git(directory, arguments);
  }

  /** The same in another directory. */
  static String git(Path directory, String... arguments) {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    return run("", command, directory);
  }

  static String run(String input, List<String> command, Path directory) {
    try {
      Files.createDirectories(directory);
      ProcessBuilder builder =
          new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
      builder.environment().putAll(ENVIRONMENT);
      Process process = builder.start();
      try (var in = process.getOutputStream()) {
        in.write(input.getBytes(StandardCharsets.UTF_8));
      }
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException(command + ": " + output);
      }
      return output;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}
