package io.windlass.webhooks.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.ResetCommand.ResetType;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;

/**
 * A real Git repository made from a sample of {@code pipelines/samples}, with commits as a
 * developer would make them.
 */
public final class SampleRepository implements AutoCloseable {
  /** The only branch. */
  public static final String BRANCH = "main";

  private final Path folder;
  private final Git git;

  private SampleRepository(Path folder, Git git) {
    this.folder = folder;
    this.git = git;
  }

  /** Copies {@code sample} to {@code folder} and makes it a repository without commits. */
  public static SampleRepository create(Path sample, Path folder)
      throws IOException, GitAPIException {
    copy(sample, folder);
    return new SampleRepository(
        folder, Git.init().setDirectory(folder.toFile()).setInitialBranch(BRANCH).call());
  }

  /** Where its files are. */
  public Path folder() {
    return folder;
  }

  /** Replaces {@code from} by {@code to} in a file, which must contain it. */
  public void edit(String file, String from, String to) throws IOException {
    Path path = folder.resolve(file);
    String text = Files.readString(path);
    if (!text.contains(from)) {
      throw new IOException(
          "Tried to edit '" + file + "' of the sample but it does not contain '" + from + "'");
    }
    Files.writeString(path, text.replace(from, to));
  }

  /** Commits everything and returns the commit's id. */
  public String commit(String message) throws GitAPIException {
    git.add().addFilepattern(".").call();
    PersonIdent author = new PersonIdent("Demo", "demo@example.com");
    return git.commit()
        .setAuthor(author)
        .setCommitter(author)
        .setMessage(message)
        .setSign(false)
        .call()
        .name();
  }

  /** The branch's present commit, or an empty text where there is none. */
  public String head() throws IOException {
    ObjectId head = git.getRepository().resolve("refs/heads/" + BRANCH);
    return head == null ? "" : head.name();
  }

  /** Forces the branch, and the files, to another commit. */
  public void forceTo(String commit) throws GitAPIException {
    git.reset().setMode(ResetType.HARD).setRef(commit).call();
  }

  @Override
  public void close() {
    git.close();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      files.forEach(file -> {
        try {
          Path copy = to.resolve(from.relativize(file).toString());
          if (Files.isDirectory(file)) {
            Files.createDirectories(copy);
          } else {
            Files.copy(file, copy);
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
